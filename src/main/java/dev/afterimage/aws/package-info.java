/** Amazon's services: jobs in SQS, pictures and catalogues in S3, keys in Secrets Manager, signed URLs for CloudFront. */
@NullMarked
package dev.afterimage.aws;

import org.jspecify.annotations.NullMarked;
