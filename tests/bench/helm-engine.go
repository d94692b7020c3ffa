// helm-engine DIR VALUES renders a chart with helm's own loader, values, template
// engine and manifest sort, and nothing of its command line.
package main

import (
	"bufio"
	"log"
	"os"

	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	"helm.sh/helm/v3/pkg/releaseutil"
)

func main() {
	chart, err := loader.Load(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	values, err := chartutil.ReadValuesFile(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	release := chartutil.ReleaseOptions{Name: "s", Namespace: "default", Revision: 1, IsInstall: true}
	all, err := chartutil.ToRenderValues(chart, values, release, chartutil.DefaultCapabilities)
	if err != nil {
		log.Fatal(err)
	}
	files, err := engine.Render(chart, all)
	if err != nil {
		log.Fatal(err)
	}
	_, manifests, err := releaseutil.SortManifests(files, nil, releaseutil.InstallOrder)
	if err != nil {
		log.Fatal(err)
	}
	w := bufio.NewWriterSize(os.Stdout, 1<<16)
	for _, m := range manifests {
		w.WriteString("---\n")
		w.WriteString(m.Content)
		w.WriteString("\n")
	}
	if err := w.Flush(); err != nil {
		log.Fatal(err)
	}
}
