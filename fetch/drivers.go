//go:build !nocloud

package fetch

import (
	"context"
	"net/url"

	"gocloud.dev/blob"
	_ "gocloud.dev/blob/gcsblob" // gs://
	_ "gocloud.dev/blob/s3blob"  // s3://
)

func openBucket(ctx context.Context, source string) (*blob.Bucket, error) {
	// By default AWS's client writes a line to stderr for each object without the
	// checksum that it has in mind. Size and MD5 are checked here.
	const quiet = "response_checksum_validation"
	if u, err := url.Parse(source); err == nil && u.Scheme == "s3" && !u.Query().Has(quiet) {
		q := u.Query()
		q.Set(quiet, "when_required")
		u.RawQuery = q.Encode()
		source = u.String()
	}
	return blob.OpenBucket(ctx, source)
}
