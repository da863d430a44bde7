/**
 * The adapters to services of AWS. Images and template versions are in S3 ({@link dev.afterimage.aws.S3ImageStore},
 * {@link dev.afterimage.aws.S3TemplateVersions}), URLs are signed for CloudFront
 * ({@link dev.afterimage.aws.CloudFrontSigner}), jobs wait in SQS, and secrets come from Secrets Manager
 * ({@link dev.afterimage.aws.RefreshedSecret}).
 */
@NullMarked
package dev.afterimage.aws;

import org.jspecify.annotations.NullMarked;
