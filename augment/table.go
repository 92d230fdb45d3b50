package augment

import "encoding/binary"

// table has for each level of red, green and blue the level that replaces it, in
// the place of its channel in a pixel. Blue brings the opaque alpha.
type table [3][256]uint32

// apply replaces the pixels of row by what the table has for them. A nil table
// changes nothing.
func (t *table) apply(row []byte) {
	if t == nil {
		return
	}
	for ; len(row) >= 4; row = row[4:] {
		binary.LittleEndian.PutUint32(row, t[0][row[0]]|t[1][row[1]]|t[2][row[2]])
	}
}
