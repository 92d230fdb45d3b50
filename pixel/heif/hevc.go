package heif

import "bytes"

// fromStream returns the colours that the parameter sets of an HEVC image say
// (ITU-T H.265, 7.3.2.2 and E.2.1): the standard's defaults where they say
// nothing, or cannot be followed.
func fromStream(ps []property) colours {
	c := colours{primaries: 2, transfer: 2, matrix: 2}
	for _, p := range ps {
		if p.name == "hvcC" {
			if sps := firstSPS(p.content); sps != nil {
				c.fromSPS(sps)
			}
		}
	}
	return c
}

// firstSPS finds the sequence parameter set in an hvcC property (ISO/IEC
// 14496-15, 8.3.2.1), without its header and the bytes that prevent emulation.
func firstSPS(hvcc []byte) []byte {
	if len(hvcc) < 23 {
		return nil
	}
	r := reader{data: hvcc[22:]}
	for arrays := r.number(1); arrays > 0 && !r.short; arrays-- {
		kind := r.number(1) & 0x3f
		for n := r.number(2); n > 0 && !r.short; n-- {
			size := int(r.number(2))
			if size > len(r.data) {
				return nil
			}
			if kind == 33 && size > 2 {
				return bytes.ReplaceAll(r.data[2:size], []byte{0, 0, 3}, []byte{0, 0})
			}
			r.data = r.data[size:]
		}
	}
	return nil
}

// bits reads an RBSP; beyond its end all bits are 0, and short is set.
type bits struct {
	data  []byte
	at    int
	short bool
}

func (b *bits) u(n int) (v uint32) {
	for range n {
		v <<= 1
		if b.at>>3 >= len(b.data) {
			b.short = true
		} else {
			v |= uint32(b.data[b.at>>3]>>(7-b.at&7)) & 1
			b.at++
		}
	}
	return v
}

func (b *bits) flag() bool { return b.u(1) == 1 }

// ue reads an Exp-Golomb code.
func (b *bits) ue() uint32 {
	zeros := 0
	for !b.flag() && !b.short && zeros < 31 {
		zeros++
	}
	return 1<<zeros - 1 + b.u(zeros)
}

// skip passes over n Exp-Golomb codes.
func (b *bits) skip(n int) {
	for range n {
		b.ue()
	}
}

// fromSPS walks a sequence parameter set up to its video signal type.
func (c *colours) fromSPS(sps []byte) {
	b := &bits{data: sps}
	b.u(4)
	layers := int(b.u(3))
	b.u(1)
	b.profiles(layers)
	b.ue()
	if b.ue() == 3 { // chroma_format_idc
		b.u(1)
	}
	b.skip(2)
	if b.flag() { // conformance_window_flag
		b.skip(4)
	}
	b.skip(2)
	order := int(b.ue()) + 4 // bits of an order count
	if b.flag() {            // sub_layer_ordering_info_present_flag
		b.skip(3 * layers)
	}
	b.skip(3)
	b.skip(6)
	if b.flag() { // scaling_list_enabled_flag
		if b.flag() { // sps_scaling_list_data_present_flag
			b.scalingLists()
		}
	}
	b.u(2)
	if b.flag() { // pcm_enabled_flag
		b.u(8)
		b.skip(2)
		b.u(1)
	}
	b.references()
	if b.flag() { // long_term_ref_pics_present_flag
		for n := min(b.ue(), 33); n > 0; n-- {
			b.u(min(order, 16) + 1)
		}
	}
	b.u(2)
	if !b.flag() { // vui_parameters_present_flag
		return
	}
	if b.flag() && b.u(8) == 255 { // aspect_ratio_info_present_flag, aspect_ratio_idc
		b.u(32)
	}
	if b.flag() { // overscan_info_present_flag
		b.u(1)
	}
	if !b.flag() { // video_signal_type_present_flag
		return
	}
	b.u(3)
	said := colours{primaries: 2, transfer: 2, matrix: 2, full: b.flag()}
	if b.flag() { // colour_description_present_flag
		said.primaries, said.transfer, said.matrix = uint8(b.u(8)), uint8(b.u(8)), uint8(b.u(8))
	}
	if !b.short {
		*c = said
	}
}

// profiles passes over profile_tier_level (7.3.3).
func (b *bits) profiles(layers int) {
	b.u(96)
	var profile, level [8]bool
	for i := range layers {
		profile[i], level[i] = b.flag(), b.flag()
	}
	if layers > 0 {
		b.u(2 * (8 - layers))
	}
	for i := range layers {
		if profile[i] {
			b.u(88)
		}
		if level[i] {
			b.u(8)
		}
	}
}

// scalingLists passes over scaling_list_data (7.3.4).
func (b *bits) scalingLists() {
	for size := range 4 {
		step := 1
		if size == 3 {
			step = 3
		}
		for m := 0; m < 6; m += step {
			if !b.flag() {
				b.ue()
				continue
			}
			if size > 1 {
				b.ue()
			}
			b.skip(min(64, 1<<(4+2*size)))
		}
	}
}

// references passes over the short-term reference picture sets (7.3.7).
func (b *bits) references() {
	deltas := 0
	for i := range min(b.ue(), 64) {
		if i > 0 && b.flag() { // inter_ref_pic_set_prediction_flag
			b.u(1)
			b.ue()
			n := 0
			for range deltas + 1 {
				used := b.flag() // used_by_curr_pic_flag
				if !used {
					used = b.flag() // use_delta_flag
				}
				if used {
					n++
				}
			}
			deltas = n
			continue
		}
		deltas = int(min(b.ue(), 16) + min(b.ue(), 16))
		for range deltas {
			b.ue()
			b.u(1)
		}
	}
}
