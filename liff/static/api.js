// Our API from a page: JSON in and out, errors as problem details whose `detail` the learner may read.

export class Problem extends Error {
  constructor(status, detail, type = "") {
    super(detail);
    this.name = "Problem";
    this.status = status; // 0: no answer came
    this.type = type;
  }
}

/** What the API answers, null where it answers nothing. Throws Problem. */
export async function call(method, path, body, { headers = {}, signal, keepalive } = {}) {
  const options = { method, headers: { Accept: "application/json", ...headers }, signal, keepalive, cache: "no-store" };
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(`/api${path}`, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, "");
  }
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new Problem(response.status, answer?.detail ?? "", answer?.type);
  return answer;
}
