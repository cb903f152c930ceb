package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

func audit(f files, key trusted, since []string, rows string, step int64) error {
	began := time.Now()
	signed, err := f.read("checkpoint")
	if err != nil {
		return err
	}
	now, err := head(signed, key)
	if err != nil {
		return err
	}
	for _, file := range since { // the past first: a log that forked is named as forked
		kept, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		old, err := head(kept, trusted{log: key.log}) // kept before its witnesses had seen it
		if err != nil {
			return err
		}
		if old.N > now.N {
			return fmt.Errorf("the log shrank: %d leaves were signed, now there are %d", old.N, now.N)
		}
		if old.N == 0 {
			continue
		}
		p, err := tlog.ProveTree(now.N, old.N, tlog.TileHashReader(now, f))
		if err != nil {
			return fmt.Errorf("tiles: %v", err)
		}
		if err := tlog.CheckTree(p, now.N, now.Hash, old.N, old.Hash); err != nil {
			return fmt.Errorf("the log forked: it does not begin with the %d leaves once signed", old.N)
		}
	}
	log, err := leaves(f, now.N)
	if err != nil {
		return err
	}
	if now.N > 0 {
		root, err := tlog.TreeHash(now.N, log.tree)
		if err != nil || root != now.Hash {
			return errors.New("the leaves do not lead to the signed root: some were changed with their tiles")
		}
		// Every tile above, read and proved by tlog itself.
		reader := tlog.TileHashReader(now, f)
		for n := int64(0); n < now.N; n += width {
			if _, err := tlog.ProveRecord(now.N, n, reader); err != nil {
				return fmt.Errorf("tiles: %v", err)
			}
		}
	}
	c, err := proofs(log.tree, log.hashes, now, step)
	if err != nil {
		return err
	}
	if _, names, err := key.open(signed); err == nil && len(names) > 0 {
		fmt.Printf("cosigned by %s\n", strings.Join(names, ", "))
	}
	fmt.Printf("%s: %d leaves, %d records; %d inclusion and %d consistency proofs right, %d forged ones refused; %.1f s\n",
		key.log.Name(), now.N, log.records, c.inclusions, c.consistencies, c.refused, time.Since(began).Seconds())
	faults := log.faults
	if rows != "" {
		more, err := checkRows(rows, log.said)
		if err != nil {
			return err
		}
		faults = append(faults, more...)
	}
	if len(faults) > 0 {
		return errors.New(strings.Join(faults, "\nFAULT: "))
	}
	return nil
}
