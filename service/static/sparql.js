// The page at /sparql, made easier: an editor in the place of the text field, names that complete,
// remarks while one types, and answers without leaving the page. Without this file, or without
// the editor of `make setup`, the form does the same by itself.
"use strict";

(() => {
  const form = document.getElementById("asking");
  const field = document.getElementById("query");
  const said = document.getElementById("said");
  const remarks = document.getElementById("hints");
  const TOO_LONG = 8000; // characters of an address
  const MOST_NAMES = 12; // of a list that opens while one types
  const PAUSE = 700; // milliseconds without a key before remarks are asked for
  let editor = null;
  let marks = [];
  let running = null;

  const text = () => (editor ? editor.getValue() : field.value);
  const fill = (query) => (editor ? editor.setValue(query) : (field.value = query));

  // Names that complete

  const names = (() => {
    let asked = null;
    return () => {
      asked ??= fetch(form.dataset.terms).then((answer) => answer.json());
      return asked;
    };
  })();

  const expand = (token, prefixes) => {
    const colon = token.indexOf(":");
    const start = colon > 0 ? prefixes[token.slice(0, colon)] : undefined;
    return start === undefined ? null : start + token.slice(colon + 1);
  };

  // Hints are written as the query would write them: by its own prefixes, labels beside.
  const complete = (yasqe, kinds) => async () => {
    const known = await names();
    const token = yasqe.getCompleteToken().string;
    const typed = token.replace(/^</, "").toLowerCase();
    const found = [];
    for (const kind of kinds) {
      for (const [name, label] of known[kind]) {
        const written = kind === "concepts" || !/^[\w-]+:[\w-]+$/.test(name) ? `<${name}>` : name;
        const words = `${written} ${label}`.toLowerCase();
        if (words.includes(typed)) found.push([!written.toLowerCase().startsWith(typed), written, label]);
        if (found.length > 400) break;
      }
    }
    found.sort((one, two) => one[0] - two[0]);
    return found.slice(0, MOST_NAMES).map(([, written]) => written);
  };

  const completers = (Yasqe) => {
    const typed = (yasqe) => yasqe.getCompleteToken();
    const isName = (token) => token.string.length > 0 && !/^[?$#"'{}()[\].;,]/.test(token.string);
    const made = (name, kinds, isPlace) => ({
      name,
      bulk: false,
      autoShow: false,
      isValidCompletionPosition: (yasqe) => isName(typed(yasqe)) && isPlace(yasqe, typed(yasqe)),
      get: (yasqe) => complete(yasqe, kinds)(),
      preProcessToken: (yasqe, token) => token,
      postProcessSuggestion: (yasqe, token, suggestion) => suggestion,
    });
    const isClass = (yasqe, token) => {
      const before = yasqe.getPreviousNonWsToken(yasqe.getDoc().getCursor().line, token);
      return ["a", "rdf:type"].includes(before.string) || ["a", "rdf:type"].includes(before.state.lastProperty);
    };
    const isProperty = (yasqe, token) => token.state.possibleCurrent.includes("a");
    Yasqe.registerAutocompleter(made("ihub-class", ["classes"], isClass), false);
    Yasqe.registerAutocompleter(
      made("ihub-property", ["properties"], (yasqe, token) => !isClass(yasqe, token) && isProperty(yasqe, token)), false);
    Yasqe.registerAutocompleter(
      made("ihub-name", ["concepts", "classes", "properties"],
        (yasqe, token) => !isClass(yasqe, token) && !isProperty(yasqe, token)), false);
    Yasqe.forkAutocompleter("prefixes", {
      name: "ihub-prefixes",
      persistenceId: null,
      get: async () => Object.entries((await names()).prefixes).map(([name, iri]) => `${name}: <${iri}>`),
    }, false);
  };

  // Remarks while one types

  const place = (line, column) => ({ line: line - 1, ch: column - 1 });

  const mark = (line, column, length, title) => {
    if (!editor || !line) return;
    const from = place(line, column || 1);
    const to = { line: from.line, ch: from.ch + Math.max(length, 1) };
    marks.push(editor.getDoc().markText(from, to, { className: "odd", attributes: { title } }));
  };

  const remark = (message, nearest) => {
    const item = document.createElement("li");
    item.textContent = message;
    nearest.forEach((name, number) => {
      item.append(number ? " or " : " Did you mean ");
      const code = document.createElement("code");
      code.textContent = name;
      item.append(code);
    });
    if (nearest.length) item.append("?");
    remarks.append(item);
  };

  const look = async () => {
    const query = text();
    const answer = await fetch("/sparql/hints", { method: "POST", body: query,
      headers: { "Content-Type": "text/plain" } });
    if (!answer.ok || query !== text()) return;
    const { problem, hints } = await answer.json();
    marks.forEach((one) => one.clear());
    marks = [];
    remarks.replaceChildren();
    if (problem) {
      mark(problem.line, problem.column, 1, problem.detail);
      remark(problem.detail, []);
    }
    for (const hint of hints) {
      mark(hint.line, hint.column, hint.found.length, hint.message);
      remark(`Line ${hint.line}: ${hint.message}`, hint.nearest);
    }
  };

  let pause = 0;
  const changed = () => {
    field.value = text();
    clearTimeout(pause);
    pause = setTimeout(() => look().catch(() => {}), PAUSE);
  };

  // Answers without leaving the page

  const address = (more) => `/sparql?${new URLSearchParams({ query: text(), ...more })}`;

  const show = (page) => {
    const answer = new DOMParser().parseFromString(page, "text/html").getElementById("answer");
    if (!answer) return false;
    document.getElementById("answer").replaceWith(answer);
    const told = answer.querySelector("[data-said]");
    said.textContent = told ? told.dataset.said : answer.querySelector("[role=alert]") ? "" : "Done";
    return true;
  };

  const run = async (more) => {
    running?.abort();
    running = new AbortController();
    const own = running;
    const link = address(more);
    said.textContent = "Running";
    form.classList.add("running");
    try {
      const wanted = { headers: { Accept: "text/html" }, signal: own.signal };
      const posted = { ...wanted, method: "POST", body: new URLSearchParams({ query: text(), ...more }) };
      const answer = await fetch(link.length > TOO_LONG ? "/sparql" : link,
        link.length > TOO_LONG ? posted : wanted);
      if (!show(await answer.text())) throw new Error("no page");
      if (link.length <= TOO_LONG) history.pushState({ query: text() }, "", link);
    } catch (error) {
      if (error.name !== "AbortError") said.textContent = "The service did not answer. Try again.";
    } finally {
      if (running === own) form.classList.remove("running");
    }
  };

  form.addEventListener("submit", (event) => {
    field.value = text();
    const explain = event.submitter?.name === "explain";
    if (!explain && document.getElementById("form").value !== "html") return;
    event.preventDefault();
    run(explain ? { explain: "1" } : {});
  });
  field.addEventListener("input", changed);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run({});
  });
  addEventListener("popstate", () => location.reload());

  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a.example");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const answer = await fetch(link.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    fill(page.getElementById("query").value);
    history.pushState({}, "", link.href);
    said.textContent = `Example: ${link.textContent}`;
    form.scrollIntoView();
    editor ? editor.focus() : field.focus();
  });

  // The editor, where it could be fetched

  const start = () => {
    const Yasqe = window.Yasgui?.Yasqe;
    if (!Yasqe) return;
    completers(Yasqe);
    const home = document.createElement("div");
    home.className = "editor";
    field.after(home);
    const keys = {
      Tab: false, // Tab goes on to the next field, as everywhere
      "Shift-Tab": false,
      "Ctrl-Enter": () => run({}),
      "Cmd-Enter": () => run({}),
      "Ctrl-S": () => {},
    };
    try {
      editor = new Yasqe(home, {
        value: field.value,
        persistenceId: null,
        createShareableLink: null,
        consumeShareLink: null,
        showQueryButton: false,
        resizeable: false,
        prefixCcApi: null,
        editorHeight: "24rem",
        inputStyle: "contenteditable",
        screenReaderLabel: "Query",
        autocompleters: ["ihub-prefixes", "ihub-class", "ihub-property", "ihub-name", "variables"],
        extraKeys: { ...Yasqe.defaults.extraKeys, ...keys },
      });
    } catch (error) {
      home.remove();
      return;
    }
    const lines = home.querySelector(".CodeMirror-code"); // what has the focus says what it is
    lines.setAttribute("role", "textbox");
    lines.setAttribute("aria-multiline", "true");
    lines.setAttribute("aria-describedby", "query-hint");
    editor.on("autocompletionShown", () => {
      document.querySelector(".CodeMirror-hints")?.setAttribute("aria-label", "Names that fit");
    });
    field.hidden = true;
    field.required = false;
    document.querySelector("label[for=query]").addEventListener("click", () => editor.focus());
    editor.on("change", changed);
  };

  document.querySelectorAll(".with-script").forEach((part) => (part.hidden = false));
  start();
})();
