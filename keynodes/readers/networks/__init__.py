"""Network files: nodes and edges, without times or relations of their own."""
