"""Messages of Telegram: who acted on whom, wherever the messages are from."""

from keynodes.readers.exports import Export, text_at

# Users, channels (large groups are channels too) and small groups are numbered apart: ids say which
# they are, as those of Telegram Desktop do (user1, channel1, chat1). Who is known only by a
# username is @username, in small letters as they count; who only by a displayed name, name:….

# Words after t.me/ that are no usernames.
_RESERVED = """('joinchat', 'addstickers', 'addemoji', 'addlist', 'addtheme', 'share', 'proxy',
    'socks', 'login', 'setlanguage', 'confirmphone', 'invoice', 'contact', 'boost', 'giftcode')"""

_PATH = "regexp_replace(regexp_extract(link, '^[^?#]*'), '^s/', '')"

_ACTS = f"""
    WITH seen AS MATERIALIZED (
        SELECT rowid AS n, *, row_number() OVER (
            PARTITION BY coalesce(evidence, 'row ' || rowid), sender, time ORDER BY rowid) AS copy
        FROM records WHERE sender IS NOT NULL
    ),
    message AS MATERIALIZED (SELECT * EXCLUDE (copy) FROM seen WHERE copy = 1),
    username AS (
        SELECT username, min(account) AS account
        FROM (SELECT DISTINCT lower(p.username) AS username, p.account AS account
            FROM (SELECT unnest(people) AS p FROM records))
        WHERE username IS NOT NULL GROUP BY username HAVING count(DISTINCT account) = 1
    ),
    written AS (
        SELECT place, id, min(sender) AS sender, bool_and(is_service) AS is_service
        FROM message GROUP BY place, id HAVING count(DISTINCT sender) = 1
    ),
    link AS (
        SELECT n, {_PATH} AS path, string_split({_PATH}, '/') AS steps
        FROM (SELECT n, unnest(links) AS link FROM message WHERE NOT is_forward)
    ),
    reference AS (
        SELECT n, lower(unnest(usernames)) AS username, NULL AS id, false AS of_post
        FROM message WHERE NOT is_forward
        UNION ALL
        SELECT n, nullif(lower(regexp_extract(path, '^([A-Za-z]\\w{{3,31}})(?:\\W|$)', 1)), '')
            AS name, NULL, coalesce(regexp_full_match(steps[2], '\\d+\\W*'), false)
        FROM link WHERE steps[1] <> 'c' AND name NOT IN {_RESERVED}
        UNION ALL
        SELECT n, NULL, 'channel' || steps[2],
            coalesce(regexp_full_match(steps[3], '\\d+\\W*'), false)
        FROM link WHERE steps[1] = 'c' AND regexp_full_match(steps[2], '\\d+')
        UNION ALL
        SELECT n, NULL, unnest(mentioned), false FROM message WHERE NOT is_forward
    ),
    act AS MATERIALIZED (
        SELECT n, sender AS source, origin AS target, 'forward' AS relation,
            CASE WHEN origin IS NULL THEN 'a forward whose origin has no name' END AS reason
        FROM message WHERE is_forward
        UNION ALL
        SELECT n, message.sender, CASE WHEN NOT written.is_service THEN written.sender
                WHEN written.is_service IS NULL THEN answered END AS target, 'reply',
            CASE WHEN written.is_service THEN 'an answer to a service message (a topic of a forum)'
                WHEN target IS NULL THEN 'the answered message is not in the file' END
        FROM message LEFT JOIN written
            ON written.place = message.answered_place AND written.id = message.answered_id
        WHERE (answered_id IS NOT NULL OR answered IS NOT NULL) AND NOT message.is_service
        UNION ALL
        SELECT DISTINCT n, sender, coalesce(reference.id, account, '@' || username),
            CASE WHEN of_post THEN 'quote' ELSE 'mention' END, NULL
        FROM reference JOIN message USING (n) LEFT JOIN username USING (username)
        WHERE reference.id IS NOT NULL OR username IS NOT NULL
        UNION ALL
        SELECT n, sender, NULL, 'mention', 'an invite link, which names no account'
        FROM link JOIN message USING (n) WHERE starts_with(path, '+') OR steps[1] = 'joinchat'
        UNION ALL
        SELECT n, sender, chat, 'message', NULL
        FROM message WHERE starts_with(chat, 'user') AND chat <> sender AND NOT is_service
        UNION ALL
        SELECT n, sender, target, 'invite', CASE WHEN target IS NULL
            THEN 'an invited account without a name' END
        FROM (SELECT n, sender, unnest(invited) AS target FROM message)
        UNION ALL
        SELECT n, inviter, sender, 'invite', NULL FROM message WHERE inviter IS NOT NULL
        UNION ALL
        SELECT n, sender, NULL, NULL, 'a service message (joined, pinned, renamed …)'
        FROM message WHERE is_service AND inviter IS NULL AND len(coalesce(invited, [])) = 0
    )
    SELECT line, source, target, relation, time, evidence, reason
    FROM act JOIN message USING (n)
    UNION ALL
    SELECT line, sender, sender, 'post', time, evidence, NULL
    FROM message ANTI JOIN (SELECT n FROM act WHERE reason IS NULL) AS acted USING (n)
    WHERE NOT is_service AND NOT is_forward
    UNION ALL
    SELECT line, NULL, NULL, NULL, NULL, NULL, 'a message that does not name its sender'
    FROM records WHERE sender IS NULL
    UNION ALL
    SELECT line, NULL, NULL, NULL, NULL, NULL, 'a message that stood in the file before'
    FROM seen WHERE copy > 1
"""

_CALLED = """
    SELECT p.account AS account, coalesce(p.username, p.name) AS handle, time
    FROM (SELECT unnest(people) AS p, time FROM records)
    WHERE account IS NOT NULL AND handle IS NOT NULL
"""

# Senders of forwards of whom nobody knows from where.
_ISOLATED = "SELECT sender AS account FROM records WHERE sender IS NOT NULL AND is_forward"


def export_of(digest: str, *notices: str) -> Export:
    """The queries for messages of which `digest` makes rows, one each."""
    return Export(
        _ACTS,
        time="seconds",
        handles=_CALLED,
        isolated=_ISOLATED + " AND origin IS NULL",
        digest=digest,
        notices=notices,
    )


def seconds(text: str) -> str:
    """SQL: unix seconds, of a number or a date; what is neither stays what it is."""
    date = f"CASE WHEN try_cast({text} AS DOUBLE) IS NULL THEN try_cast({text} AS TIMESTAMPTZ) END"
    return f"coalesce(epoch({date})::VARCHAR, {text})"


def named(path: str, of: str = "object") -> str:
    """SQL: the account that has no more than a displayed name."""
    return f"'name:' || nullif({text_at(path, of)}, '')"


AT = "'(?:^|[^\\w@./])@([A-Za-z]\\w{3,31})'"
T_ME = (
    "'(?i)(?:^|[^\\w./@-])(?:https?://)?(?:www\\.)?(?:t\\.me|telegram\\.me|telegram\\.dog)/"
    "([^\\s\"<>()\\[\\]]+)'"
)
