package nn

import (
	"strconv"

	"gorgonia.org/gorgonia"
)

// The architectures.
const (
	Tiny       = "tiny"        // six plain convolutions, 0.3 million parameters
	SlimResNet = "slim-resnet" // eight residual blocks, 0.7 million parameters: the default
	XResNet18  = "xresnet18"   // 11 million parameters
)

// body adds a network from images to logits [images][1][1][outputs].
type body func(l *layers, images *gorgonia.Node, outputs int) *gorgonia.Node

// architecture returns the body of a named architecture.
func architecture(name string) (body, bool) {
	switch name {
	case Tiny:
		return tiny, true
	case SlimResNet:
		return slimResNet, true
	case XResNet18:
		return xResNet18, true
	}
	return nil, false
}

// tiny stacks 3x3 convolutions, each normalised and rectified; the first halves
// the image, as do pools after the first, third and fifth. Global average and a
// dense layer follow.
func tiny(l *layers, x *gorgonia.Node, outputs int) *gorgonia.Node {
	for i, channels := range []int{16, 32, 64, 64, 128, 128} {
		name := "layer" + strconv.Itoa(i+1)
		x = l.conv(name+".conv", name+".bn", x, channels, 3, max(1, 2-i), nil, 1, true)
		if i%2 == 0 {
			x = l.halve(x)
		}
	}
	return l.dense("fc", l.globalAverage(x), outputs)
}

// slimResNet is a residual network (He et al., 2016): a stem of 16 channels that
// halves the image, stages of 16, 32, 64 and 128 channels with a pool before each
// but the first, global average and a dense layer.
func slimResNet(l *layers, x *gorgonia.Node, outputs int) *gorgonia.Node {
	x = l.conv("stem.conv", "stem.bn", x, 16, 3, 2, nil, 1, true)
	for stage, channels := range []int{16, 32, 64, 128} {
		if stage > 0 {
			x = l.halve(x)
		}
		for block := range 2 {
			x = l.block("layer"+strconv.Itoa(stage+1)+"."+strconv.Itoa(block), x, channels, 1)
		}
	}
	return l.dense("fc", l.globalAverage(x), outputs)
}

// xResNet18 is the network of fastai's xresnet18: ResNet-18 with the stem of
// ResNet-C and the shortcuts of ResNet-D (He et al., "Bag of Tricks for Image
// Classification with Convolutional Neural Networks", 2019).
func xResNet18(l *layers, x *gorgonia.Node, outputs int) *gorgonia.Node {
	for i, channels := range []int{32, 32, 64} {
		name := "stem." + strconv.Itoa(i)
		x = l.conv(name+".conv", name+".bn", x, channels, 3, max(1, 2-i), nil, 1, true)
	}
	x = l.maxPool(x, 3, 2, 1)
	for stage, channels := range []int{64, 128, 256, 512} {
		stride := min(2, stage+1)
		for block := range 2 {
			x = l.block("layer"+strconv.Itoa(stage+1)+"."+strconv.Itoa(block), x, channels, stride)
			stride = 1
		}
	}
	return l.dense("fc", l.globalAverage(x), outputs)
}

// block adds relu(bn2(conv2(relu(bn1(conv1(x))))) + shortcut), where conv1 has the
// stride and the shortcut is x, averaged over the stride if that is not 1, and in
// a normalised 1x1 convolution where the channels change.
func (l *layers) block(name string, x *gorgonia.Node, channels, stride int) *gorgonia.Node {
	shortcut := x
	if stride != 1 {
		shortcut = l.averagePool(shortcut, stride)
	}
	if _, _, _, c := l.dims(x); c != channels {
		shortcut = l.conv(name+".downsample.0", name+".downsample.1", shortcut, channels, 1, 1, nil, 1, false)
	}
	y := l.conv(name+".conv1", name+".bn1", x, channels, 3, stride, nil, 1, true)
	return l.conv(name+".conv2", name+".bn2", y, channels, 3, 1, shortcut, 0, true)
}
