package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// one checks a single proof file: no network, no log.
func one(key trusted, proof, leaf, published string) error {
	text, err := os.ReadFile(proof)
	if err != nil {
		return err
	}
	body, err := os.ReadFile(leaf)
	if err != nil {
		return err
	}
	top, signed, found := strings.Cut(string(text), "\n\n")
	lines := strings.Split(top, "\n")
	if !found || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("not a proof file")
	}
	lines = lines[1:]
	if len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	if len(lines) == 0 || !strings.HasPrefix(lines[0], "index ") {
		return errors.New("not a proof file")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64)
	if err != nil {
		return err
	}
	var path tlog.RecordProof
	for _, line := range lines[1:] {
		raw, err := base64.StdEncoding.Strict().DecodeString(line)
		if err != nil || len(raw) != tlog.HashSize {
			return errors.New("a hash of the proof is not one")
		}
		var hash tlog.Hash
		copy(hash[:], raw)
		path = append(path, hash)
	}
	now, err := head([]byte(signed), key)
	if err != nil {
		return err
	}
	if err := tlog.CheckRecord(path, now.N, now.Hash, index, tlog.RecordHash(body)); err != nil {
		return err
	}
	if published != "" {
		var said struct{ Record string }
		if err := json.Unmarshal(body, &said); err != nil {
			return err
		}
		record, err := os.ReadFile(published)
		if err != nil {
			return err
		}
		if sum := sha256.Sum256(record); hex.EncodeToString(sum[:]) != said.Record {
			return errors.New("the record is not the one this leaf vouches for")
		}
	}
	fmt.Printf("leaf %d is in %s, signed at %d leaves\n", index, key.log.Name(), now.N)
	return nil
}
