"""The rules themselves: findings_of(name, text) says what of them a file breaks."""

import re

FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70
COLUMNS_MAX = 100

# The third-party headers that a folder may include, and those only its .cpp files may.
THIRD_PARTY = {"tl", "toml++", "rocksdb", "simdjson", "fmt", "openssl", "caf", "boost", "prometheus",
               "spdlog", "CLI", "xxhash", "librdkafka", "benchmark", "catch2", "zlib"}
ANYWHERE = {
    "saga": {"tl"}, "config": {"tl"}, "storage": {"tl"}, "actors": {"tl", "caf"}, "engine": {"tl"},
    "sim": {"tl"}, "apps": {"tl"},
}
IN_SOURCES = {
    "saga": set(),
    "config": {"toml++"},
    "storage": {"rocksdb", "simdjson", "fmt", "openssl", "xxhash"},
    "actors": set(),
    "engine": {"librdkafka", "boost", "openssl", "simdjson", "prometheus", "spdlog", "fmt", "zlib"},
    "sim": {"caf", "boost", "simdjson", "fmt"},
    "apps": {"CLI", "fmt", "simdjson", "boost"},
}
# The pure core knows no thread, clock, stream or chance.
IMPURE = {"thread", "mutex", "atomic", "future", "random", "fstream", "iostream", "filesystem",
          "condition_variable", "unistd.h"}
CLOCKS = re.compile(r"(system_clock|steady_clock|high_resolution_clock)::now|\bgettimeofday\b|"
                    r"\bclock_gettime\b|std::time\(|random_device")
SLEEPS = re.compile(r"\b(sleep_for|sleep_until|usleep|nanosleep)\b")
MONEY = re.compile(r"money|amount|minor|currency|captured|refund", re.IGNORECASE)
FLOATS = re.compile(r"\b(double|float)\b")
INCLUDE = re.compile(r'^\s*#\s*include\s*<([^>]+)>')
CONTROL = re.compile(r"^(if|for|while|switch|else|do|try|catch|return|co_return)\b")
TYPES = re.compile(r"\b(namespace|class|struct|union|enum|concept)\b")


def without_comments(text):
    """The code alone: comments and literals become blanks, lines stay where they are."""
    pattern = re.compile(r'R"(\w*)\(.*?\)\1"|//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'
                         r"(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'", re.DOTALL)
    return pattern.sub(lambda found: re.sub(r"[^\n]", " ", found.group(0)), text)


def functions(code):
    """(first line, lines) of every function body and lambda in `code`."""
    open_blocks = []
    start = 0  # Where the text before the next brace begins.
    for found in re.finditer(r"[{};]", code):
        at = found.start()
        if found.group() == "{":
            head = code[start:at].strip()
            if head.startswith("TEST_CASE"):
                kind = "test"
            elif "(" in head and not CONTROL.match(head) and not (
                    TYPES.search(head.split("(")[0]) and not head.rstrip().endswith(")")):
                kind = "function"
            else:
                kind = "other"
            first = start + len(code[start:at]) - len(code[start:at].lstrip())
            open_blocks.append((kind, code.count("\n", 0, first) + 1))
        elif found.group() == "}" and open_blocks:
            kind, line = open_blocks.pop()
            if kind == "function":
                yield line, code.count("\n", 0, at) + 2 - line
        start = at + 1


def include_findings(folder, name, number, line):
    found = INCLUDE.match(line)
    if not found or folder not in ANYWHERE:
        return
    header = found.group(1)
    library = re.split(r"[/.]", header)[0]
    if folder == "saga" and header in IMPURE:
        yield f"{name}:{number}: the pure core includes no <{header}>"
    if library not in THIRD_PARTY or library in ANYWHERE[folder]:
        return
    if library not in IN_SOURCES[folder]:
        yield f"{name}:{number}: {folder}/ includes nothing of {library}"
    elif name.endswith(".hpp"):
        yield f"{name}:{number}: {library} is included by .cpp files only"


def cpp_line_findings(folder, name, number, line, code):
    yield from include_findings(folder, name, number, line)
    if len(line) > COLUMNS_MAX:
        yield f"{name}:{number}: {len(line)} columns; {COLUMNS_MAX} at most"
    if FLOATS.search(code):
        if folder == "saga":
            yield f"{name}:{number}: the core knows no double and no float"
        elif MONEY.search(code):
            yield f"{name}:{number}: a double or float beside money"
    pure = folder == "saga" or name.startswith(("tests/saga/", "tests/actors/"))
    # Tests of the actors run real threads: they may give up on a monotonic deadline.
    clocked = code.replace("steady_clock::now", "") if name.startswith("tests/actors/") else code
    if pure and CLOCKS.search(clocked):
        yield f"{name}:{number}: reads a clock or chance; time comes in as an argument"
    if (pure or folder == "actors") and SLEEPS.search(code):
        yield f"{name}:{number}: a sleep is no synchronisation"


def findings_of(name, text):
    """What is wrong with the file `name`, one line each."""
    folder = name.split("/")[0]
    lines = text.split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    out = []
    if not name.endswith((".md", ".ndjson")) and len(lines) > FILE_LINES_MAX:
        out.append(f"{name}:1: {len(lines)} lines; {FILE_LINES_MAX} at most")
    for number, line in enumerate(lines, 1):
        if re.search(r"\b(TO" + r"DO|FIX" + r"ME)\b", line):
            out.append(f"{name}:{number}: something is left to do; it belongs into the CHANGELOG")
    if not name.endswith((".cpp", ".hpp")):
        return out
    code = without_comments(text)
    table = False  # Between "clang-format off" and "on" stands a table, as wide as it must be.
    for number, (line, bare) in enumerate(zip(lines, code.split("\n")), 1):
        if "// clang-format o" in line:
            table = line.rstrip().endswith("off")
        if table:
            line = line[:COLUMNS_MAX]
        out += cpp_line_findings(folder, name, number, line, bare)
    for line, count in functions(code):
        if count > FUNCTION_LINES_MAX:
            out.append(f"{name}:{line}: a function of {count} lines; {FUNCTION_LINES_MAX} at most")
    return out
