"""Small GraphML files for tests."""


def graphml(nodes="", edges="", keys="", graph='edgedefault="directed"'):
    return f"<graphml>{keys}<graph {graph}>{nodes}{edges}</graph></graphml>"


KIND = '<key id="k" for="edge" attr.name="{}" attr.type="string"/>'


def kinds(name, *values):
    edges = "".join(
        f'<edge source="a" target="b{i}"><data key="k">{value}</data></edge>'
        for i, value in enumerate(values)
    )
    return graphml(edges=edges, keys=KIND.format(name))
