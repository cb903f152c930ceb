// Logaudit audits a ceasefire log from its files, or one proof, with the Go team's packages
// golang.org/x/mod/sumdb/note and tlog. None of the code that writes the log is used.
//
// On Debian, in this folder: apt-get install golang-go golang-golang-x-mod-dev, then
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go build -o logaudit .
//	./logaudit -key KEY -log FOLDER-OR-ADDRESS [-since OLD-CHECKPOINT] [-step 1]
//	    [-witness KEY ... [-quorum 2]] [-rows rows.jsonl]
//	./logaudit -key KEY -proof FILE.tlog-proof -leaf leaf.json [-record record.json]
//	./logaudit -key RECEIPTS-KEY -receipt receipt.txt [-leaf leaf.json -field field.json]
//
// It ends with status 1 and one line that names what is wrong. docs/log-format.md says what the
// files are.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
)

type several []string

func (s *several) String() string { return strings.Join(*s, " ") }

func (s *several) Set(value string) error { *s = append(*s, value); return nil }

func main() {
	var since, witnesses several
	keyLine := flag.String("key", "", "the log's public key (name+id+base64), from a place you trust")
	place := flag.String("log", "", "the log: a folder, or the address that ends in /log")
	step := flag.Int64("step", 1, "prove every step-th leaf and size")
	proof := flag.String("proof", "", "check only this .tlog-proof file")
	leaf := flag.String("leaf", "", "the leaf it is about")
	slip := flag.String("receipt", "", "check only this receipt; the key is that of receipts")
	field := flag.String("field", "", "what opens the seal of the leaf")
	published := flag.String("record", "", "the published record that the leaf vouches for")
	flag.Var(&since, "since", "a checkpoint kept from before (may be repeated)")
	flag.Var(&witnesses, "witness", "the public key of a witness (may be repeated)")
	rows := flag.String("rows", "", "the rows under the leaves, as export_log --rows writes them")
	quorum := flag.Int("quorum", -1, "how many witnesses must have cosigned; else all that are named")
	flag.Parse()
	key, err := newTrusted(*keyLine, witnesses, *quorum)
	if err != nil {
		// said below
	} else if *slip != "" {
		err = receipt(key.log, *slip, *leaf, *field)
	} else if *proof != "" {
		err = one(key, *proof, *leaf, *published)
	} else {
		err = audit(files{*place}, key, since, *rows, *step)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "FAULT:", err)
		os.Exit(1)
	}
}
