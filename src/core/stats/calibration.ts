/** A fitted map from the probability told, in [0, 1], to the one that held, in [0, 1]. */
export interface Calibration {
  at(probability: number): number
}
