/** What `mds ctl` can be asked for. */
export const CTL_VERBS = [
  'status',
  'subscribe',
  'unsubscribe',
  'mode',
  'pause',
  'resume',
  'step',
  'seek',
  'speed',
  'stop',
] as const
export type CtlVerb = (typeof CTL_VERBS)[number]
