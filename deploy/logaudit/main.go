// Logaudit audits a ceasefire log from its files, or one proof, with the Go team's packages
// golang.org/x/mod/sumdb/note and tlog. None of the code that writes the log is used.
//
// On Debian: apt-get install golang-go golang-golang-x-mod-dev, then
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go build -o logaudit main.go
//	./logaudit -key KEY -log FOLDER-OR-ADDRESS [-since OLD-CHECKPOINT] [-step 1]
//	./logaudit -key KEY -proof FILE.tlog-proof -leaf leaf.json [-record record.json]
//	./logaudit -key RECEIPTS-KEY -receipt receipt.txt [-leaf leaf.json -field field.json]
//
// It ends with status 1 and one line that names what is wrong. docs/log-format.md says what the
// files are.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const width = 256 // hashes of a full tile

type files struct{ place string }

func (f files) read(path string) ([]byte, error) {
	if !strings.HasPrefix(f.place, "http") {
		return os.ReadFile(filepath.Join(f.place, filepath.FromSlash(path)))
	}
	answer, err := http.Get(strings.TrimRight(f.place, "/") + "/" + path)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", path, answer.Status)
	}
	return io.ReadAll(answer.Body)
}

// Height, ReadTiles and SaveTiles let tlog read our tiles. It writes the tiles' height into their
// paths, c2sp.org/tlog-tiles does not.
func (f files) Height() int { return 8 }

func (f files) SaveTiles(tiles []tlog.Tile, data [][]byte) {}

func (f files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, err := f.read(strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
		if err != nil && tile.W < width { // a part of what has grown since is a part of the whole
			tile.W = width
			data, err = f.read(strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
		}
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

// head opens a checkpoint under the one key we trust.
func head(signed []byte, key note.Verifier) (tlog.Tree, error) {
	opened, err := note.Open(signed, note.VerifierList(key))
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("checkpoint: %v", err)
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != key.Name() {
		return tlog.Tree{}, fmt.Errorf("the checkpoint is of %q, the key of %q", lines[0], key.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || strconv.FormatInt(size, 10) != lines[1] || size < 0 {
		return tlog.Tree{}, errors.New("the checkpoint's size is not a number")
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

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

func audit(f files, key note.Verifier, since []string, step int64) error {
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
		old, err := head(kept, key)
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
	tree, hashes, records, err := leaves(f, now.N)
	if err != nil {
		return err
	}
	if now.N > 0 {
		root, err := tlog.TreeHash(now.N, tree)
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
	c, err := proofs(tree, hashes, now, step)
	if err != nil {
		return err
	}
	fmt.Printf("%s: %d leaves, %d records; %d inclusion and %d consistency proofs right, %d forged ones refused; %.1f s\n",
		key.Name(), now.N, records, c.inclusions, c.consistencies, c.refused, time.Since(began).Seconds())
	return nil
}

// one checks a single proof file: no network, no log.
func one(key note.Verifier, proof, leaf, published string) error {
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
	fmt.Printf("leaf %d is in %s, signed at %d leaves\n", index, key.Name(), now.N)
	return nil
}

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

type several []string

func (s *several) String() string { return strings.Join(*s, " ") }

func (s *several) Set(value string) error { *s = append(*s, value); return nil }

func main() {
	var since several
	keyLine := flag.String("key", "", "the log's public key (name+id+base64), from a place you trust")
	place := flag.String("log", "", "the log: a folder, or the address that ends in /log")
	step := flag.Int64("step", 1, "prove every step-th leaf and size")
	proof := flag.String("proof", "", "check only this .tlog-proof file")
	leaf := flag.String("leaf", "", "the leaf it is about")
	slip := flag.String("receipt", "", "check only this receipt; the key is that of receipts")
	field := flag.String("field", "", "what opens the seal of the leaf")
	published := flag.String("record", "", "the published record that the leaf vouches for")
	flag.Var(&since, "since", "a checkpoint kept from before (may be repeated)")
	flag.Parse()
	key, err := note.NewVerifier(strings.TrimSpace(*keyLine))
	if err != nil {
		err = fmt.Errorf("the key cannot be read: %v", err)
	} else if *slip != "" {
		err = receipt(key, *slip, *leaf, *field)
	} else if *proof != "" {
		err = one(key, *proof, *leaf, *published)
	} else {
		err = audit(files{*place}, key, since, *step)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "FAULT:", err)
		os.Exit(1)
	}
}
