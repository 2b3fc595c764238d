"""A binary heap over two arrays: the smallest key first, ties to the smaller node."""

from keynodes.kernels.compiling import kernel


@kernel
def push(keys, nodes, size, key, node):
    """Put (key, node) into the heap of `size` entries; its new size."""
    i = size
    while i > 0:
        above = (i - 1) >> 1
        if keys[above] < key or (keys[above] == key and nodes[above] <= node):
            break
        keys[i], nodes[i] = keys[above], nodes[above]
        i = above
    keys[i], nodes[i] = key, node
    return size + 1


@kernel
def sift_down(keys, nodes, size, key, node):
    """Put (key, node) in the place of the first entry and restore the order."""
    i = 0
    while True:
        child = 2 * i + 1
        if child >= size:
            break
        right = child + 1
        if right < size and (
            keys[right] < keys[child]
            or (keys[right] == keys[child] and nodes[right] < nodes[child])
        ):
            child = right
        if key < keys[child] or (key == keys[child] and node <= nodes[child]):
            break
        keys[i], nodes[i] = keys[child], nodes[child]
        i = child
    keys[i], nodes[i] = key, node


@kernel
def drop_first(keys, nodes, size):
    """Take the first entry away; the new size."""
    size -= 1
    if size > 0:
        sift_down(keys, nodes, size, keys[size], nodes[size])
    return size
