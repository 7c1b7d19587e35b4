// uPlot as the charts of this page use it.
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

const HEIGHT = 320;

/** A chart in `place` that follows its width; `labels` of both axes. */
export function newChart(place, data, labels, series, bands = []) {
  // A canvas knows no CSS variables.
  const { color: stroke } = getComputedStyle(document.body);
  const grid = { stroke: 'rgb(128 128 128 / 0.25)' };
  const [x, y] = labels.map((label) => ({ label, stroke, grid, ticks: grid }));
  const options = {
    width: place.clientWidth,
    height: HEIGHT,
    scales: { x: { time: false } },
    axes: [
      { ...x, incrs: [1, 2, 5, 10, 20] },
      { ...y, size: 70 },
    ],
    series: [{ label: labels[0] }, ...series],
    bands,
  };
  const chart = new uPlot(options, data, place);
  addEventListener('resize', () => chart.setSize({ width: place.clientWidth, height: HEIGHT }));
  return chart;
}

export const rate = (value) => value?.toFixed(1) ?? '–';
