package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const slots = 16

// opened is what the house says lies under one leaf (docs/log-format.md 10).
type opened struct {
	Leaf  int64
	Event string
	Of    string
	Slots []string
	Row   string
	Rows  []string
}

// form is a row as it was digested.
type form struct {
	Table string
	Row   map[string]interface{}
}

func formOf(text string) (f form) {
	json.Unmarshal([]byte(text), &f) // what cannot be read has no names, and another digest
	return f
}

func (f form) say(column string) string { return fmt.Sprint(f.Row[column]) }

// checkRows holds every row to its leaf, and names each one that is not what the leaf sealed.
func checkRows(file string, leaves []said) ([]string, error) {
	all, err := readRows(file)
	if err != nil {
		return nil, err
	}
	erased := map[string]bool{}
	for _, one := range all {
		if row := formOf(one.Row); row.say("kind") == "erasure.done" {
			erased[row.say("subject_id")] = true
		}
	}
	var faults []string
	var count struct{ opened, erased, decoys int }
	next := int64(0)
	for _, one := range all {
		if one.Leaf < 0 {
			faults = append(faults, fmt.Sprintf("event %s (%s) never entered the log, and its mark is gone",
				one.Event, formOf(one.Row).say("kind")))
			continue
		}
		if one.Leaf != next {
			return nil, fmt.Errorf("rows: leaf %d is left out", next)
		}
		next++
		if one.Leaf >= int64(len(leaves)) {
			continue // not signed yet
		}
		leaf := leaves[one.Leaf]
		switch {
		case one.Event == "" && one.Slots == nil && leaf.Type == "filing":
			count.decoys++
		case one.Event == "":
			faults = append(faults, fmt.Sprintf("leaf %d: its event was taken from it", one.Leaf))
		case one.Row == "":
			faults = append(faults, fmt.Sprintf("leaf %d: its event %s is gone", one.Leaf, one.Event))
		case one.Slots == nil && (erased[formOf(one.Row).say("subject_id")] || erased[one.Of]):
			count.erased++
		default:
			count.opened++
			if fault := one.fault(leaf); fault != "" {
				kind := formOf(one.Row).say("kind")
				faults = append(faults, fmt.Sprintf("leaf %d (%s): %s", one.Leaf, kind, fault))
			}
		}
	}
	if next < int64(len(leaves)) {
		return nil, fmt.Errorf("rows: leaf %d is left out", next)
	}
	fmt.Printf("rows: %d leaves opened and compared with their rows, %d erased, %d decoys\n",
		count.opened, count.erased, count.decoys)
	return faults, nil
}

// fault says what is wrong with an opened leaf; nothing if all of it is what was sealed.
func (o opened) fault(leaf said) string {
	if len(o.Slots) != slots {
		return "its opening is gone or was changed, and nothing was erased"
	}
	var digests []tlog.Hash
	fields := map[string]interface{}{}
	for _, slot := range o.Slots {
		var parts []interface{}
		digest := tlog.Hash(sha256.Sum256([]byte(slot)))
		if decoy, err := hashOf(slot); err == nil {
			digest = decoy
		} else if json.Unmarshal([]byte(slot), &parts) == nil && len(parts) == 3 {
			fields[fmt.Sprint(parts[1])] = parts[2]
		}
		digests = append(digests, tlog.RecordHash(digest[:]))
	}
	for len(digests) > 1 {
		for n := 0; n < len(digests); n += 2 {
			digests[n/2] = tlog.NodeHash(digests[n], digests[n+1])
		}
		digests = digests[:len(digests)/2]
	}
	if hex.EncodeToString(digests[0][:]) != leaf.Commit {
		return "its opening is not what it commits to"
	}
	if fields["event"] != o.Event || fields["row"] != digestOf([]string{o.Row}) {
		return "event " + o.Event + " was changed"
	}
	if _, sealed := fields["rows"]; sealed && (len(o.Rows) == 0 || fields["rows"] != digestOf(o.Rows)) {
		var names []string
		for _, text := range o.Rows {
			row := formOf(text)
			names = append(names, row.Table+" "+row.say("id"))
		}
		if names == nil {
			names = []string{"nothing is left"}
		}
		return "what it vouches for was changed or removed (" + strings.Join(names, ", ") + ")"
	}
	return ""
}

// digestOf is the digest over several rows, in their order.
func digestOf(rows []string) string {
	var joined []byte
	for _, text := range rows {
		sum := sha256.Sum256([]byte(text))
		joined = append(joined, sum[:]...)
	}
	sum := sha256.Sum256(joined)
	return hex.EncodeToString(sum[:])
}

func readRows(file string) ([]opened, error) {
	body, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var all []opened
	lines := bufio.NewScanner(bytes.NewReader(body))
	lines.Buffer(nil, 1<<26)
	for lines.Scan() {
		var one opened
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			return nil, fmt.Errorf("rows: %v", err)
		}
		all = append(all, one)
	}
	return all, lines.Err()
}
