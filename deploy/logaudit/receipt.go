package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// receipt checks what an author holds; with the leaf and its opened field, that the promise was kept.
func receipt(key note.Verifier, file, leaf, field string) error {
	signed, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	opened, err := note.Open(signed, note.VerifierList(key))
	if err != nil {
		return fmt.Errorf("receipt: %v", err)
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 6 || lines[0] != key.Name() || !strings.HasSuffix(key.Name(), "/receipts") {
		return errors.New("this is not a receipt")
	}
	if leaf == "" {
		fmt.Printf("receipt %s: %s is promised to be in %s by %s\n",
			lines[1], lines[2], strings.TrimSuffix(key.Name(), "/receipts"), lines[4])
		return nil
	}
	var said struct{ Commit, Bucket string }
	var shown struct {
		Salt, Name, Value string
		Slot              int64
		Path              []string
	}
	for name, into := range map[string]interface{}{leaf: &said, field: &shown} {
		body, err := os.ReadFile(name)
		if err == nil {
			err = json.Unmarshal(body, into)
		}
		if err != nil {
			return err
		}
	}
	if shown.Name != "body" || shown.Value != lines[2] {
		return errors.New("the opened field is not the hash that the receipt names")
	}
	opening, err := json.Marshal([]string{shown.Salt, shown.Name, shown.Value}) // ASCII, all three
	if err != nil {
		return err
	}
	digest := sha256.Sum256(opening)
	commit, err := hashOf(said.Commit)
	if err != nil {
		return err
	}
	var path tlog.RecordProof
	for _, one := range shown.Path {
		hash, err := hashOf(one)
		if err != nil {
			return err
		}
		path = append(path, hash)
	}
	if err := tlog.CheckRecord(path, 16, commit, shown.Slot, tlog.RecordHash(digest[:])); err != nil {
		return fmt.Errorf("the leaf does not seal this report: %v", err)
	}
	fmt.Printf("receipt %s: the leaf of %s seals %s\n", lines[1], said.Bucket, lines[2])
	return nil
}

func hashOf(text string) (hash tlog.Hash, err error) {
	raw, err := hex.DecodeString(text)
	if err == nil && len(raw) != tlog.HashSize {
		err = errors.New("not a hash")
	}
	copy(hash[:], raw)
	return hash, err
}
