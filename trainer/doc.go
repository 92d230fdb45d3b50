// Package trainer fits a small convolutional network to a dataset and keeps
// what is needed to use it: a classifier that names the known categories and
// says na when no known gesture is shown.
//
// The package promises:
//
//   - Unseen stays unseen. Pixels are read only through dataset.TrainingSet, so
//     neither the weights nor the choice of the best epoch has met an unseen or
//     a test sample.
//   - The same bytes everywhere. Weights, checkpoint and history depend on the
//     settings, the seed and the images, not on the number of workers, on the
//     machine or on interruptions: a training that was stopped at any moment and
//     started again ends with the same weights as one that was not.
//   - Nothing half-written. Files appear whole, by renaming.
//
// ReadData decodes the images, New makes a model, Fit trains it, an epoch each
// turn of the caller's loop, and Save writes it. Load and Predict are the other
// end. Stage is all of this as a step of the pipeline.
package trainer
