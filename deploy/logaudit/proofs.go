package main

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

func flipped(hash tlog.Hash, bit int) tlog.Hash {
	hash[bit/8] ^= 1 << (bit % 8)
	return hash
}

// count is what was proved, and how many of the same proofs with one bit changed were refused.
type count struct{ inclusions, consistencies, refused int }

func proofs(tree kept, hashes []tlog.Hash, now tlog.Tree, step int64) (count, error) {
	var c count
	for n := int64(0); n < now.N; n += step {
		p, err := tlog.ProveRecord(now.N, n, tree)
		if err == nil {
			err = tlog.CheckRecord(p, now.N, now.Hash, n, hashes[n])
		}
		if err != nil {
			return c, fmt.Errorf("inclusion of leaf %d: %v", n, err)
		}
		c.inclusions++
		if tlog.CheckRecord(p, now.N, now.Hash, n, flipped(hashes[n], int(n%256))) == nil {
			return c, fmt.Errorf("a forged leaf %d was not refused", n)
		}
		c.refused++
		if len(p) > 0 {
			p[int(n)%len(p)] = flipped(p[int(n)%len(p)], int(n%256))
			if tlog.CheckRecord(p, now.N, now.Hash, n, hashes[n]) == nil {
				return c, fmt.Errorf("a forged proof of leaf %d was not refused", n)
			}
			c.refused++
		}
	}
	for n := int64(1); n <= now.N; n += step {
		old, err := tlog.TreeHash(n, tree)
		if err != nil {
			return c, err
		}
		p, err := tlog.ProveTree(now.N, n, tree)
		if err == nil {
			err = tlog.CheckTree(p, now.N, now.Hash, n, old)
		}
		if err != nil {
			return c, fmt.Errorf("consistency with size %d: %v", n, err)
		}
		c.consistencies++
		if tlog.CheckTree(p, now.N, now.Hash, n, flipped(old, int(n%256))) == nil {
			return c, fmt.Errorf("a forged tree of %d leaves was not refused", n)
		}
		c.refused++
	}
	return c, nil
}
