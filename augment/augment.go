// Package augment makes pictures that a camera could have taken of the same
// gesture: from another angle, under other light, with another sensor.
//
// A Recipe lists steps with ranges. Draw collapses it to a Trace, in which every
// range is a point and every choice is made; Apply is a pure function of the
// trace and the pixels. A trace is written in the language of recipes, so
// running it again on the same picture gives the same bytes.
//
// The package promises:
//
//   - One resampling. All geometric ops of a trace compose into one homography,
//     applied before everything else, whatever their place in the recipe. The
//     other ops follow in the order written.
//   - No skipping. Where the picture shrinks, source pixels are averaged: boxes of
//     whole pixels as the middle shrinks, then four samples to a pixel, which is
//     too few only in corners that a strong perspective shrinks far more.
//   - One rounding. Pointwise tone ops that follow one another fuse into one
//     table; lights that follow one another fuse into one gain.
//   - The same bytes on every architecture. Arithmetic is in integers, or in
//     float64 with every product rounded before it is added to.
//   - Named randomness. A step draws from a stream named after its op, so a step
//     added to a recipe changes nothing that the others draw.
//   - No allocation per picture once a Scratch has seen the size.
//   - Flip is in no preset: a mirrored gesture may be another gesture. Mirror says
//     which, and the label changes with the picture.
//
// Pictures are opaque 8-bit sRGB held as *image.RGBA at (0, 0). Lengths are
// fractions of the picture, so a recipe means the same at every size.
package augment
