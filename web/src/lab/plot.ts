// How a chart is drawn: time on the horizontal axis, faults as shaded stretches with their names.

import uPlot from 'uplot'
import type { Mark } from '../api/types.ts'
import { moment, short } from './figures.ts'

export interface Palette {
  line: (number: number) => string
  ink: string
  grid: string
  fault: string
  mark: string
}
interface Drawing {
  lines: { label: string; colour: number; dash: number[]; faint: boolean }[]
  marks: Mark[]
  end: number
  width: number
  unit: string
  palette: Palette
  look: (moment: number) => void
}

/** Steps of the time axis in seconds, as a clock has them. */
const STEPS = [0.1, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600]

const FONT = '12px ui-sans-serif, system-ui, sans-serif'

export function options(drawing: Drawing): uPlot.Options {
  const { palette } = drawing
  const axis = { stroke: palette.ink, font: FONT, grid: { stroke: palette.grid, width: 1 }, ticks: { stroke: palette.grid, width: 1 } }
  return {
    width: drawing.width,
    height: 200,
    legend: { show: false },
    cursor: { sync: { key: 'run' }, drag: { x: false, y: false }, points: { show: false } },
    scales: { x: { time: false, range: [0, drawing.end] }, y: { range: (_, __, most) => [0, (most || 1) * 1.12] } },
    axes: [
      { ...axis, values: (_, splits) => splits.map(moment), space: 60, incrs: STEPS },
      { ...axis, values: (_, splits) => splits.map((split) => short(split)), size: 52 },
    ],
    series: [
      {},
      ...drawing.lines.map((line) => ({
        label: line.label,
        stroke: palette.line(line.colour),
        width: line.faint ? 1 : 2,
        alpha: line.faint ? 0.75 : 1,
        dash: line.dash,
        points: { show: false },
        spanGaps: false,
      })),
    ],
    hooks: {
      drawClear: [(plot) => shade(plot, drawing)],
      draw: [(plot) => name(plot, drawing)],
      setCursor: [
        (plot) => {
          const { left, event } = plot.cursor
          // Only the chart under the pointer speaks; the others follow it.
          if (event && left !== undefined && left >= 0) drawing.look(Math.max(0, plot.posToVal(left, 'x')))
        },
      ],
    },
  }
}

function shade(plot: uPlot, { marks, palette }: Drawing): void {
  const { ctx, bbox } = plot
  ctx.save()
  ctx.fillStyle = palette.fault
  for (const mark of marks) {
    const [from, to] = [plot.valToPos(mark.from_s, 'x', true), plot.valToPos(mark.to_s, 'x', true)]
    ctx.fillRect(from, bbox.top, Math.max(2, to - from), bbox.height)
  }
  ctx.restore()
}

/** Names of faults stand above each other where they would overlap. */
function name(plot: uPlot, { marks, palette }: Drawing): void {
  const { ctx, bbox } = plot
  const scale = uPlot.pxRatio
  ctx.save()
  ctx.font = `${11 * scale}px ui-sans-serif, system-ui, sans-serif`
  ctx.fillStyle = palette.mark
  ctx.textBaseline = 'top'
  const ends: number[] = []
  for (const mark of marks.slice(0, 8)) {
    const wide = ctx.measureText(mark.text).width
    const left = Math.max(bbox.left, Math.min(plot.valToPos(mark.from_s, 'x', true) + 3 * scale, bbox.left + bbox.width - wide))
    let row = ends.findIndex((end) => end < left)
    if (row < 0) row = ends.length
    ends[row] = left + wide + 6 * scale
    ctx.fillText(mark.text, left, bbox.top + (2 + row * 13) * scale)
  }
  ctx.restore()
}
