package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

const cosigned = 4 // the type of a witness's key

// witness verifies the cosignatures of one witness (c2sp.org/tlog-cosignature, version 1).
type witness struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (w witness) Name() string    { return w.name }
func (w witness) KeyHash() uint32 { return w.hash }

func (w witness) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	said := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(sig), msg)
	return ed25519.Verify(w.key, []byte(said), sig[8:])
}

func newWitness(line string) (witness, error) {
	parts := strings.SplitN(strings.TrimSpace(line), "+", 3)
	if len(parts) != 3 {
		return witness{}, errors.New("the key of a witness cannot be read")
	}
	raw, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(raw) != 1+ed25519.PublicKeySize || raw[0] != cosigned {
		return witness{}, errors.New("this is not the key of a witness")
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), raw...))
	hash := binary.BigEndian.Uint32(sum[:])
	if said, err := strconv.ParseUint(parts[1], 16, 32); err != nil || uint32(said) != hash {
		return witness{}, errors.New("the id of a witness's key is not that of the key")
	}
	return witness{parts[0], hash, raw[1:]}, nil
}

// trusted is what a checkpoint must bear: the log's signature, and those of enough witnesses.
type trusted struct {
	log       note.Verifier
	witnesses []witness
	quorum    int
}

func newTrusted(key string, lines []string, quorum int) (trusted, error) {
	log, err := note.NewVerifier(strings.TrimSpace(key))
	if err != nil {
		return trusted{}, fmt.Errorf("the key cannot be read: %v", err)
	}
	t := trusted{log: log, quorum: quorum}
	for _, line := range lines {
		w, err := newWitness(line)
		if err != nil {
			return t, err
		}
		t.witnesses = append(t.witnesses, w)
	}
	if quorum < 0 {
		t.quorum = len(t.witnesses)
	}
	return t, nil
}

// open returns the text of a note that the log has signed and enough witnesses have cosigned.
func (t trusted) open(signed []byte) (string, []string, error) {
	known := []note.Verifier{t.log}
	for _, w := range t.witnesses {
		known = append(known, w)
	}
	opened, err := note.Open(signed, note.VerifierList(known...))
	if err != nil {
		return "", nil, err
	}
	log, keys, names := false, map[string]bool{}, []string{}
	for _, sig := range opened.Sigs {
		log = log || sig.Name == t.log.Name() && sig.Hash == t.log.KeyHash()
		for _, w := range t.witnesses {
			if sig.Name == w.name && sig.Hash == w.hash && !keys[string(w.key)] {
				keys[string(w.key)] = true
				names = append(names, w.name)
			}
		}
	}
	if !log {
		return "", nil, errors.New("note has no verifiable signatures of the log")
	}
	if len(names) < t.quorum {
		return "", nil, fmt.Errorf("%d of the %d witnesses asked for have cosigned", len(names), t.quorum)
	}
	return opened.Text, names, nil
}
