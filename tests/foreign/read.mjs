// Reads network files as Gephi Lite does. A path a line in; a graph, or an error, as JSON a line out.
import {readFileSync} from 'node:fs';
import {createInterface} from 'node:readline';
import {createRequire} from 'node:module';

// The modules stand where npm put them, which need not be beside this file.
const require = createRequire(process.argv[2] + '/');
const Graph = require('graphology');
const gexf = require('graphology-gexf');
const graphml = require('graphology-graphml');

// Gephi Lite's own options.
const READERS = {
  graphml: text => graphml.parse(Graph, text, {addMissingNodes: true}),
  gexf: text => gexf.parse(Graph, text, {addMissingNodes: true, allowUndeclaredAttributes: true}),
  json: text => Graph.from(JSON.parse(text))
};

// JSON has no word for these.
const spelled = (_, value) =>
  typeof value === 'number' && !Number.isFinite(value) ? {number: String(value)} : value;

for await (const path of createInterface({input: process.stdin})) {
  let answer;
  try {
    const text = readFileSync(path, 'utf8');
    const graph = READERS[path.split('.').pop()](text);
    answer = {
      type: graph.type,
      multi: graph.multi,
      attributes: graph.getAttributes(),
      nodes: graph.mapNodes((key, attributes) => [key, attributes]),
      edges: graph.mapEdges((key, attributes, source, target) => [key, source, target, attributes])
    };
  } catch (error) {
    answer = {error: String(error)};
  }
  process.stdout.write(JSON.stringify(answer, spelled) + '\n');
}
