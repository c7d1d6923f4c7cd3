/** What is asked and answered about the page that a browser shows. */

/** POST /v1/web */
export interface WebAnswer {
  /** Null when the daemon serves no page. */
  readonly page: WebLink | null
}

/** Where the page is served, and how to get in. */
export interface WebLink {
  /** `http://127.0.0.1:PORT`, or the path of a unix socket. */
  readonly address: string
  /** What goes behind the address: it logs in whoever opens it, once, and within minutes. */
  readonly link: string
}
