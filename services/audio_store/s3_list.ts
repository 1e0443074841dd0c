/**
 * One page of S3's ListObjectsV2, read from its XML (docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html).
 *
 * @module
 */

/** A page. */
export interface ObjectPage {
  readonly objects: readonly { readonly key: string; readonly size: number; readonly writtenAt: number }[];
  /** Where the next page begins; absent on the last. */
  readonly next?: string;
}

/**
 * Reads a page that was asked for with `encoding-type=url`, so that no key holds a character of XML. An object whose key or size is
 * missing is left out.
 */
export function parseObjectPage(xml: string): ObjectPage {
  const objects = [...xml.matchAll(/<Contents>([^]*?)<\/Contents>/g)].flatMap(([, content = ""]) => {
    const key = element(content, "Key");
    const size = Number(element(content, "Size") ?? NaN);
    const writtenAt = Date.parse(element(content, "LastModified") ?? "");
    if (key === undefined || !Number.isSafeInteger(size)) return [];
    return [{ key: decoded(key), size, writtenAt: Number.isNaN(writtenAt) ? 0 : writtenAt }];
  });
  const next = element(xml, "IsTruncated") === "true" ? element(xml, "NextContinuationToken") : undefined;
  return { objects, ...(next === undefined ? {} : { next: unescaped(next) }) };
}

/** The `Code` of an error answer, such as `NoSuchKey`; undefined where there is none. */
export function errorCode(xml: string): string | undefined {
  return /<Code>([A-Za-z0-9]{1,64})<\/Code>/.exec(xml)?.[1];
}

function element(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
}

function decoded(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll("+", " "));
  } catch {
    return key;
  }
}

function unescaped(text: string): string {
  const names: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => names[name] ?? "");
}
