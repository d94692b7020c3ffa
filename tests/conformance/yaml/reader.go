// Reads YAML files as Kubernetes' own tools do and as go-yaml does, and prints what it has read.
// Standard input: names of files, one in a line. Standard output: for each a line of JSON, a list of its documents, or a
// string that says why it cannot be read. The argument names the reader: go-yaml or sigs.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	gopkg "gopkg.in/yaml.v3"
	split "k8s.io/apimachinery/pkg/util/yaml"
	sigs "sigs.k8s.io/yaml"
)

// JSON has no dates: a text that was taken for one must not look like the text.
func plain(v any) any {
	switch v := v.(type) {
	case time.Time:
		return map[string]any{"!date": v.String()}
	case map[string]any:
		for k := range v {
			v[k] = plain(v[k])
		}
	case map[any]any:
		m := map[string]any{}
		for k, x := range v {
			m[fmt.Sprintf("!%T %v", k, k)] = plain(x)
		}
		return m
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	}
	return v
}

func goYAML(data []byte) ([]any, error) {
	docs := []any{}
	for d := gopkg.NewDecoder(bytes.NewReader(data)); ; {
		var v any
		err := d.Decode(&v)
		if errors.Is(err, io.EOF) {
			return docs, nil
		}
		if err != nil {
			return nil, err
		}
		docs = append(docs, plain(v))
	}
}

// The documents as kubectl cuts them, each strictly: a key that stands twice is refused.
func sigsYAML(data []byte) ([]any, error) {
	docs := []any{}
	for r := split.NewYAMLReader(bufio.NewReader(bytes.NewReader(data))); ; {
		text, err := r.Read()
		if errors.Is(err, io.EOF) {
			return docs, nil
		}
		if err != nil {
			return nil, err
		}
		js, err := sigs.YAMLToJSONStrict(text)
		if err != nil {
			return nil, err
		}
		d := json.NewDecoder(bytes.NewReader(js))
		d.UseNumber()
		var v any
		if err := d.Decode(&v); err != nil {
			return nil, err
		}
		docs = append(docs, v)
	}
}

func main() {
	read := map[string]func([]byte) ([]any, error){"go-yaml": goYAML, "sigs": sigsYAML}[os.Args[1]]
	in, out := bufio.NewScanner(os.Stdin), bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		var line any
		data, err := os.ReadFile(in.Text())
		if err == nil {
			line, err = read(data)
		}
		if err != nil {
			line = "cannot read: " + err.Error()
		}
		text, err := json.Marshal(line)
		if err != nil {
			text, _ = json.Marshal("cannot print: " + err.Error())
		}
		out.Write(append(text, '\n'))
	}
}
