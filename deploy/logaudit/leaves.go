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

// said is what a leaf tells in clear.
type said struct{ Type, Commit, Id, Record string }

// whole is a log as its leaves alone give it.
type whole struct {
	tree    kept
	hashes  []tlog.Hash
	said    []said
	records int
	faults  []string // published records that are not what their leaves say
}

// leaves reads all entries, holds each to its tile and its public record, and grows the tree.
func leaves(f files, size int64) (w whole, err error) {
	for first := int64(0); first < size; first += width {
		held := size - first
		if held > width {
			held = width
		}
		tile := tlog.Tile{H: 8, L: 0, N: first / width, W: int(held)}
		named := strings.Replace(tile.Path(), "tile/8/0/", "tile/0/", 1)
		row, err := f.read(named)
		if err != nil {
			return w, err
		}
		bundle, err := f.read(strings.Replace(named, "tile/0/", "tile/entries/", 1))
		if err != nil {
			return w, err
		}
		for n := int64(0); n < held; n++ {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				return w, fmt.Errorf("leaf %d is missing from its bundle", first+n)
			}
			length := int(binary.BigEndian.Uint16(bundle))
			leaf := bundle[2 : 2+length]
			bundle = bundle[2+length:]
			hash := tlog.RecordHash(leaf)
			if int64(len(row)) != held*tlog.HashSize || !bytes.Equal(row[n*32:n*32+32], hash[:]) {
				return w, fmt.Errorf("leaf %d was changed", first+n)
			}
			clear, err := record(f, leaf, first+n)
			if err != nil && clear.Record == "" {
				return w, err
			} else if err != nil {
				w.faults = append(w.faults, err.Error())
			}
			more, err := tlog.StoredHashesForRecordHash(first+n, hash, w.tree)
			if err != nil {
				return w, err
			}
			if clear.Record != "" {
				w.records++
			}
			w.tree = append(w.tree, more...)
			w.hashes = append(w.hashes, hash)
			w.said = append(w.said, clear)
		}
		if len(bundle) != 0 {
			return w, fmt.Errorf("the bundle from leaf %d on holds too much", first)
		}
	}
	return w, nil
}

// record holds a published record to the leaf that names its hash.
func record(f files, leaf []byte, at int64) (clear said, err error) {
	if err := json.Unmarshal(leaf, &clear); err != nil || clear.Type == "" {
		return clear, fmt.Errorf("leaf %d is not a leaf of this log", at)
	}
	if clear.Record == "" {
		return clear, nil
	}
	body, err := f.read("records/" + clear.Id + ".json")
	if err != nil {
		return clear, err
	}
	if sum := sha256.Sum256(body); hex.EncodeToString(sum[:]) != clear.Record {
		return clear, fmt.Errorf("record %s is not the one that leaf %d vouches for", clear.Id, at)
	}
	return clear, nil
}
