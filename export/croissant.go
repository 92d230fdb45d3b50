package export

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"

	"github.com/gesturekit/gesturekit/dataset"
)

// croissantContext is the JSON-LD context of Croissant 1.0, as its specification
// gives it: https://docs.mlcommons.org/croissant/docs/croissant-spec.html
const croissantContext = `{
  "@language": "en", "@vocab": "https://schema.org/",
  "citeAs": "cr:citeAs", "column": "cr:column", "conformsTo": "dct:conformsTo", "cr": "http://mlcommons.org/croissant/",
  "data": {"@id": "cr:data", "@type": "@json"}, "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
  "dct": "http://purl.org/dc/terms/", "equivalentProperty": "cr:equivalentProperty", "examples": {"@id": "cr:examples", "@type": "@json"}, "extract": "cr:extract",
  "field": "cr:field", "fileObject": "cr:fileObject", "fileProperty": "cr:fileProperty", "fileSet": "cr:fileSet",
  "format": "cr:format", "includes": "cr:includes", "isLiveDataset": "cr:isLiveDataset", "jsonPath": "cr:jsonPath",
  "key": "cr:key", "md5": "cr:md5", "parentField": "cr:parentField", "path": "cr:path", "rai": "http://mlcommons.org/croissant/RAI/",
  "recordSet": "cr:recordSet",
  "references": "cr:references", "regex": "cr:regex", "repeated": "cr:repeated", "replace": "cr:replace",
  "samplingRate": "cr:samplingRate", "sc": "https://schema.org/", "separator": "cr:separator", "source": "cr:source", "subField": "cr:subField",
  "transform": "cr:transform"
}`

type object = map[string]any

// writeCroissant writes the dataset's metadata as Croissant 1.0: the manifest as
// a record set, joined with the pictures, the labels and the roles.
func (c contents) writeCroissant(w io.Writer) error {
	h := sha256.New()
	if err := c.manifest.WriteCSV(h); err != nil {
		return err
	}
	doc := object{
		"@context": json.RawMessage(croissantContext), "@type": "sc:Dataset",
		"conformsTo": "http://mlcommons.org/croissant/1.0",
		"distribution": []object{
			{
				"@type": "cr:FileObject", "@id": dataset.FileName, "name": dataset.FileName, "contentUrl": dataset.FileName,
				"encodingFormat": "text/csv", "sha256": hex.EncodeToString(h.Sum(nil)),
			},
			{
				"@type": "cr:FileSet", "@id": "images", "name": "images", "encodingFormat": "image/jpeg",
				"includes": []string{"train/*/*.jpg", "validation/*/*.jpg", "test/*/*.jpg"},
			},
		},
		"recordSet": []object{c.labelSet(), roleSet(), sampleSet()},
	}
	c.options.describe(doc)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(doc)
}

// described are the properties that come from the options.
type described struct {
	Name          string   `json:"name"`
	Description   string   `json:"description"`
	License       string   `json:"license"`
	Creator       *creator `json:"creator"`
	URL           string   `json:"url"`
	DatePublished string   `json:"datePublished"`
	Version       string   `json:"version"`
}

type creator struct {
	Type string `json:"@type"`
	Name string `json:"name"`
}

func (o Options) describe(doc object) {
	doc["name"] = o.Name
	for key, value := range map[string]string{
		"description": o.Description, "license": o.License, "url": o.URL, "datePublished": o.Published, "version": o.Release,
	} {
		if value != "" {
			doc[key] = value
		}
	}
	if o.Creator != "" {
		doc["creator"] = creator{"sc:Organization", o.Creator}
	}
}

// readDescription returns the options that writeCroissant wrote.
func readDescription(data []byte) (Options, error) {
	var d described
	if err := json.Unmarshal(data, &d); err != nil {
		return Options{}, err
	}
	o := Options{
		Name: d.Name, Description: d.Description, License: d.License, URL: d.URL, Published: d.DatePublished, Release: d.Version,
	}
	if d.Creator != nil {
		o.Creator = d.Creator.Name
	}
	return o, nil
}

func (c contents) labelSet() object {
	var data []object
	for i, name := range c.labels {
		data = append(data, object{"labels/index": i, "labels/name": name})
	}
	return object{
		"@type": "cr:RecordSet", "@id": "labels", "name": "labels", "description": "Labels in the order of a model's outputs; na is no known gesture.",
		"dataType": "sc:Enumeration", "key": object{"@id": "labels/index"},
		"field": []object{field("labels/index", "sc:Integer"), field("labels/name", "sc:Text")}, "data": data,
	}
}

func roleSet() object {
	return object{
		"@type": "cr:RecordSet", "@id": "roles", "name": "roles", "dataType": "cr:Split", "key": object{"@id": "roles/name"},
		"field": []object{field("roles/name", "sc:Text"), field("roles/url", "sc:URL")},
		"data": []object{
			{"roles/name": dataset.Train, "roles/url": "cr:TrainingSplit"},
			{"roles/name": dataset.Validation, "roles/url": "cr:ValidationSplit"},
			{"roles/name": dataset.Test, "roles/url": "cr:TestSplit"},
		},
	}
}

func sampleSet() object {
	var fields []object
	for _, name := range []string{"id", "path", "category", "group", "source", "sha256", "parent", "partition", "role", "label", "trace", "taken_at", "camera"} {
		f := field("samples/"+name, "sc:Text")
		f["source"] = object{"fileObject": object{"@id": dataset.FileName}, "extract": object{"column": name}}
		switch name {
		case "path":
			f["source"] = object{
				"fileSet": object{"@id": "images"}, "extract": object{"fileProperty": "fullpath"},
				"transform": object{"regex": "^(.*)$"}, // makes text of it, which mlcroissant 1.1 needs to join
			}
			f["references"] = object{"fileObject": object{"@id": dataset.FileName}, "extract": object{"column": name}}
		case "role":
			f["references"] = object{"field": object{"@id": "roles/name"}}
		case "label":
			f["dataType"] = "sc:Integer"
			f["references"] = object{"field": object{"@id": "labels/index"}}
		}
		fields = append(fields, f)
	}
	image := field("samples/image", "sc:ImageObject")
	image["source"] = object{"fileSet": object{"@id": "images"}, "extract": object{"fileProperty": "content"}}
	return object{
		"@type": "cr:RecordSet", "@id": "samples", "name": "samples", "key": object{"@id": "samples/id"}, "field": append(fields, image),
	}
}

func field(id, dataType string) object {
	return object{"@type": "cr:Field", "@id": id, "name": id, "dataType": dataType}
}
