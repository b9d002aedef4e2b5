/** A body as UTF-8. `Response.text()` would warn that a picture is no text; the fakes' pictures are. */
export async function bodyText(response: Response): Promise<string> {
  return new TextDecoder().decode(await response.arrayBuffer());
}
