package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// kept holds every hash of the tree, computed from the leaves alone.
type kept []tlog.Hash

func (k kept) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var all []tlog.Hash
	for _, at := range indexes {
		if at >= int64(len(k)) {
			return nil, errors.New("a hash beyond the tree")
		}
		all = append(all, k[at])
	}
	return all, nil
}

// leaves reads all entries, holds each to its tile and its public record, and grows the tree.
func leaves(f files, size int64) (kept, []tlog.Hash, int, error) {
	var tree kept
	var hashes []tlog.Hash
	records := 0
	for first := int64(0); first < size; first += width {
		w := size - first
		if w > width {
			w = width
		}
		tile := tlog.Tile{H: 8, L: 0, N: first / width, W: int(w)}
		named := strings.Replace(tile.Path(), "tile/8/0/", "tile/0/", 1)
		row, err := f.read(named)
		if err != nil {
			return nil, nil, 0, err
		}
		bundle, err := f.read(strings.Replace(named, "tile/0/", "tile/entries/", 1))
		if err != nil {
			return nil, nil, 0, err
		}
		for n := int64(0); n < w; n++ {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				return nil, nil, 0, fmt.Errorf("leaf %d is missing from its bundle", first+n)
			}
			length := int(binary.BigEndian.Uint16(bundle))
			leaf := bundle[2 : 2+length]
			bundle = bundle[2+length:]
			hash := tlog.RecordHash(leaf)
			if int64(len(row)) != w*tlog.HashSize || !bytes.Equal(row[n*32:n*32+32], hash[:]) {
				return nil, nil, 0, fmt.Errorf("leaf %d was changed", first+n)
			}
			checked, err := record(f, leaf, first+n)
			if err != nil {
				return nil, nil, 0, err
			}
			records += checked
			more, err := tlog.StoredHashesForRecordHash(first+n, hash, tree)
			if err != nil {
				return nil, nil, 0, err
			}
			tree = append(tree, more...)
			hashes = append(hashes, hash)
		}
		if len(bundle) != 0 {
			return nil, nil, 0, fmt.Errorf("the bundle from leaf %d on holds too much", first)
		}
	}
	return tree, hashes, records, nil
}

// record holds a published record to the leaf that names its hash.
func record(f files, leaf []byte, at int64) (int, error) {
	var said struct{ Type, Id, Record string }
	if err := json.Unmarshal(leaf, &said); err != nil || said.Type == "" {
		return 0, fmt.Errorf("leaf %d is not a leaf of this log", at)
	}
	if said.Record == "" {
		return 0, nil
	}
	body, err := f.read("records/" + said.Id + ".json")
	if err != nil {
		return 0, err
	}
	if sum := sha256.Sum256(body); hex.EncodeToString(sum[:]) != said.Record {
		return 0, fmt.Errorf("record %s is not the one that leaf %d vouches for", said.Id, at)
	}
	return 1, nil
}
