import { type BarKind, FillingBars } from './bar-kind.js'

/** A bar ends with the snapshot that brings its volume to V or more, in the feed's units of quantity (lots on MCX). Nothing is carried over. */
export const volumeBars: BarKind = {
  name: 'volume',
  summary: 'every V traded, in units of the feed',
  example: '50000',
  size: { min: 1, max: 1e12, decimals: 0 },
  why_size: 'give the quantity in a bar',
  label: (size) => `${size}v`,
  create: ({ size, tell }) => new FillingBars(tell, (bar) => bar.volume >= size),
}
