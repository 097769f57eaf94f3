// Where services stand: callers before callees, in the direction that the screen has room for.

import { Graph, layout as place } from '@dagrejs/dagre'
import type { Topology } from '../api/types.ts'

const SERVICE = { width: 190, height: 104 }
const TENANT = { width: 120, height: 40 }

export interface Placed {
  down: boolean
  height: number
  /** Changes whenever something has moved. */
  key: string
  at: (id: string) => { position: { x: number; y: number }; width: number; height: number }
  edges: { id: string; source: string; target: string; optional: boolean }[]
}

export function layout(shape: Topology, direction: 'down' | 'right'): Placed {
  const graph = new Graph()
  graph.setGraph({ rankdir: direction === 'down' ? 'TB' : 'LR', nodesep: 18, ranksep: 56, marginx: 8, marginy: 8 })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const tenant of shape.tenants) graph.setNode(`tenant:${tenant.name}`, { ...TENANT })
  for (const service of shape.services) graph.setNode(service.name, { ...SERVICE })
  const services = new Set(shape.services.map((service) => service.name))
  const edges = [
    ...shape.tenants.map((tenant) => edge(`tenant:${tenant.name}`, tenant.calls.split('.')[0]!, false)),
    ...shape.edges.filter(({ from }) => services.has(from)).map(({ from, to, optional }) => edge(from, to, optional)),
  ].filter(({ source, target }) => graph.hasNode(source) && graph.hasNode(target))
  for (const { source, target } of edges) graph.setEdge(source, target)
  place(graph)
  const { width = 0, height = 0 } = graph.graph()
  return {
    down: direction === 'down',
    height: Math.min(620, Math.max(180, height + 24)),
    key: JSON.stringify([direction, width, height, graph.nodes()]),
    at: (id) => {
      const node = graph.node(id) ?? { x: 0, y: 0, ...SERVICE }
      return { position: { x: node.x - node.width / 2, y: node.y - node.height / 2 }, width: node.width, height: node.height }
    },
    edges,
  }
}

const edge = (source: string, target: string, optional: boolean) => ({ id: `${source} -> ${target}`, source, target, optional })
