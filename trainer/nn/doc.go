// Package nn builds, trains and evaluates small convolutional networks.
//
// gorgonia holds the network: its expression graph, shape inference and symbolic
// differentiation. The operations in the graph are this package's own (type op),
// computed by package kernel, and so are their derivatives. gorgonia's machines
// allocate every intermediate value anew at each step, so a graph is instead
// lowered once to a plan: the nodes in topological order, each with a buffer
// chosen by liveness. Running a plan allocates nothing, and gorgonia's
// TapeMachine computes the same bits from the same graph (tested).
//
// Results do not depend on the machine or on the number of workers: an output is
// one chain of operations in an order that the shapes fix, however its work is cut
// into tasks, and partial sums are added in a fixed order. Transcendental functions
// are this package's own, in explicitly rounded arithmetic.
//
// Images are float32 in NHWC order. Convolution weights are in HWIO order
// [height][width][input][output], dense weights [input][output].
package nn
