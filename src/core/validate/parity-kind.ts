/** How a log and a replay can differ, told from production's side. The order is that in which differences of one alert are told. */
export const PARITY_KINDS = {
  missing: 'The replay raises it, the log does not have it',
  extra: 'Only the log has it',
  duplicated: 'The log has it again',
  wrong_symbol: 'The log has it under another instrument',
  changed_direction: 'The log has it in another direction',
  time_zone: 'Its time is off by hours: by those of the whole log, or by exactly 5:30',
  early: 'The log has it at an earlier time',
  late: 'The log has it at a later time',
  changed_confidence: 'Its confidence is another one',
  changed_price: 'One of its prices is another one',
  version: 'It was made by another version of the engine, or with another configuration',
} as const

export type ParityKind = keyof typeof PARITY_KINDS

/** What the first cause of a difference can be, in the order in which causes are asked for. */
export const PARITY_CAUSES = {
  log: 'The line itself: it repeats another one, names another instrument, has its time from another clock',
  bad_line: 'The log has a line of that pattern and instrument which could not be read or is doubtful',
  unknown_pattern: 'No detector of this name is known',
  plugin: 'The detector is none of mds: its plugin is not loaded',
  pattern_off: 'The detector did not run in the replay',
  detector_fault: 'The detector was switched off in the replay, because it failed',
  unknown_symbol: 'No instrument master of the day has the symbol',
  not_recorded: 'The recording has no packet of the instrument',
  outside_session: 'The time is outside the trading hours of the instrument',
  outside_recording: 'The recording begins later or ends earlier',
  gap: 'The recording has a gap in that bar or the five minutes before; after config and version, in the hour before; last of all, earlier in the day',
  late_tick: 'A tick of the instrument came late, in that bar or the five minutes before',
  config: 'The log was made with another configuration',
  version: 'The log was made by another version',
  suppressed: 'The other side found it too, and held it back',
  no_baseline: 'The replay has no baseline, and the detector looks back on earlier sessions',
  unknown: 'Nothing was found',
} as const

export type ParityCause = keyof typeof PARITY_CAUSES
