namespace Orchestrator.Testing;

/// <summary>
/// Definitions that are large in one way at a time. What a definition can hold must be read and checked in time linear in its size.
/// </summary>
public static class LargeDefinitions
{
    /// <summary>Each makes a definition of a given size, up to 10,000.</summary>
    public static IReadOnlyDictionary<string, Func<int, string>> All { get; } = new Dictionary<string, Func<int, string>>
    {
        ["steps in a chain"] = count => Steps(count, step => $"\"prompt\": \"x\", {After(step)}"),
        ["steps in a chain, YAML"] = count => "steps:\n" + string.Concat(Enumerable.Range(0, count)
            .Select(step => $"  - id: s{step}\n    prompt: |\n      x\n    dependsOn: [{(step == 0 ? "" : $"s{step - 1}")}]\n")),
        ["steps side by side"] = count => Steps(count, _ => "\"prompt\": \"x\""),
        ["a step that waits for all"] = count =>
            Steps(count, step => $"\"prompt\": \"x\", \"dependsOn\": [{(step < count - 1 ? "" : List(count - 1, other => $"\"s{other}\""))}]"),
        ["50 dependencies each"] = count =>
            Steps(count, step => $"\"prompt\": \"x\", \"dependsOn\": [{List(Math.Min(step, 50), back => $"\"s{step - back - 1}\"")}]"),
        ["20 writes each, in a chain"] = count =>
            Steps(count, step => $"\"prompt\": \"x\", {After(step)}, \"writes\": [{List(20, name => $"\"w{name}\"")}]"),
        ["20 reads each, in a chain"] = count => Steps(
            count, step => $"\"prompt\": \"x\", {After(step)}, \"{(step % 1_000 == 0 ? "writes" : "reads")}\": [{List(20, name => $"\"w{name}\"")}]"),
        ["20 writes each, side by side"] = count => Steps(count, step => $"\"prompt\": \"x\", \"writes\": [{List(20, name => $"\"w{name}\"")}]"),
        ["writes of one step"] = count =>
            $$"""{ "steps": [ { "id": "a", "prompt": "x", "writes": [{{List(count * 10, name => $"\"w{name}\"")}}] },""" +
            $$""" { "id": "b", "prompt": "x", "reads": [{{List(count * 10, name => $"\"w{name}\"")}}] } ] }""",
        ["unknown resources"] = count => Steps(
            count, step => $"\"prompt\": \"x\", \"uses\": [\"r{step}x\", \"q{step}\"]",
            $"\"resources\": {{ {List(count, name => $"\"r{name}\": {{ \"maxConcurrent\": 1 }}")} }}, "),
        ["unknown dependencies"] = count => Steps(count, step => $"\"prompt\": \"x\", \"dependsOn\": [\"t{step}\"]"),
        ["unknown dependencies of long names"] = count => Steps(
            count, step => $"\"prompt\": \"x\", \"dependsOn\": [\"{new string('x', 100)}{step}y\"]", name: step => $"{new string('x', 100)}{step}"),
        ["unknown names in prompts"] = count => Steps(count, step => $"\"prompt\": \"{{{{u{step}}}}}\"", "\"inputs\": {}, "),
        ["unknown outputs"] = count =>
            Steps(count, _ => "\"prompt\": \"x\"", $"\"inputs\": {{}}, \"outputs\": {{ {List(count, name => $"\"o{name}\": \"u{name}\"")} }}, "),
        ["unknown members"] = count => Steps(count, _ => "\"prompt\": \"x\", \"promt\": 1, \"dependson\": 2, \"optoins\": 3"),
        ["unknown transforms and tools"] = count => Steps(count, step => step % 2 == 0
            ? "\"prompt\": \"x\", \"options\": { \"outputTransform\": \"parsJson\" }"
            : "\"type\": \"tool\", \"tool\": \"http_reqest\""),
        ["values of wrong types"] = count => Steps(count, _ => "\"prompt\": 1, \"when\": 2, \"dependsOn\": 3"),
        ["an unknown step in finally, often"] = count =>
            Steps(1, _ => "\"prompt\": \"x\"", $"\"finally\": [{List(count * 10, name => $"\"f{name}\"")}], "),
        ["steps in finally"] = count => Steps(count, _ => "\"prompt\": \"x\"", $"\"finally\": [{List(count, name => $"\"s{name}\"")}], "),
        ["one id"] = count => Steps(count, _ => "\"prompt\": \"x\"", name: _ => "s"),
        ["ids that differ only in case"] = count => Steps(count, _ => "\"prompt\": \"x\"", name: step => (step % 2 == 0 ? "s" : "S") + (step / 2)),
        ["one output key, in a chain"] = count =>
            Steps(count, step => $"\"prompt\": \"{(step == 0 ? "x" : "{{k}}")}\", \"outputKey\": \"k\", {After(step)}"),
        ["one output key, side by side"] = count => Steps(count, _ => "\"prompt\": \"x\", \"outputKey\": \"k\""),
        ["one output key, merged and read"] = count => Steps(count, step => step < count / 2
            ? "\"prompt\": \"x\", \"outputKey\": \"k\", \"merge\": \"append\""
            : "\"prompt\": \"{{k}}\", \"dependsOn\": [\"s0\"]"),
        ["one output key, merged and not"] = count =>
            Steps(count, step => $"\"prompt\": \"x\", \"outputKey\": \"k\"{(step < count - 1 ? ", \"merge\": \"append\"" : "")}"),
        ["one output key, read in many ways"] = count => Steps(count, step => step < count - 1
            ? "\"prompt\": \"x\", \"outputKey\": \"k\", \"merge\": \"append\""
            : $"\"prompt\": \"{List(count, part => $"{{{{k.a{part}}}}}")}\", \"dependsOn\": [\"s0\"]"),
        ["one output key, waited for"] = count => Steps(count, step => step < count / 10
            ? "\"prompt\": \"x\", \"outputKey\": \"k\", \"merge\": \"append\""
            : "\"prompt\": \"{{k}}\", \"dependsOn\": \"auto\""),
        ["repeated steps of one output key"] = count => Steps(count, step =>
            $"\"prompt\": \"x\", \"outputKey\": \"k\", \"merge\": \"last\", \"repeat\": {{ \"until\": \"k == 1\", \"max\": 2 }}, {After(step)}"),
        ["inputs"] = count => Steps(
            1, _ => $"\"prompt\": \"{List(count, name => $"{{{{i{name}}}}}")}\"",
            $"\"inputs\": {{ {List(count, name => $"\"i{name}\": {{ \"type\": \"string\" }}")} }}, "),
        ["placeholders of one prompt"] = count => Steps(1, _ => $"\"prompt\": \"{List(count * 10, name => $"{{{{i{name}}}}}")}\""),
        ["blocks of one prompt"] = count => Steps(1, _ => $"\"prompt\": \"{List(count * 10, name => $"{{{{#if i{name}}}}}x{{{{/if}}}}")}\""),
        ["alternatives of one block"] = count =>
            Steps(1, _ => $"\"prompt\": \"{{{{#if a}}}}{List(count * 10, name => $"{{{{else if i{name}}}}}x")}{{{{/if}}}}\""),
        ["names of a mapping"] = count =>
            Steps(1, _ => $"\"prompt\": \"x\", \"inputMapping\": {{ {List(count * 10, name => $"\"m{name}\": \"inputs.i{name}\"")} }}"),
        ["expressions of a mapping"] = count => Steps(
            1, _ => $"\"prompt\": \"x\", \"inputMapping\": {{ {List(count * 5, name => $"\"m{name}\": {{ \"expr\": \"inputs.i{name} + 1\" }}")} }}"),
        ["values of a merge"] = count => Steps(1, _ => $"\"type\": \"merge\", \"from\": [{List(count * 10, name => $"\"inputs.i{name}\"")}]"),
        ["one value of a merge, often"] = count => Steps(1, _ => $"\"type\": \"merge\", \"from\": [{List(count * 10, _ => "\"inputs.i\"")}]"),
        ["resources"] = count => Steps(
            1, _ => "\"prompt\": \"x\"",
            $"\"resources\": {{ {List(count * 5, name => $"\"r{name}\": {{ \"maxConcurrent\": 1 }}")} }}, " +
            $"\"rateLimits\": {{ {List(count * 5, name => $"\"r{name}\": {{ \"requestsPerMinute\": 1 }}")} }}, "),
        ["fallback steps"] = count => Steps(
            count,
            step => step % 2 == 0 ? $"\"prompt\": \"x\", \"options\": {{ \"fallback\": {{ \"step\": \"s{step + 1}\" }} }}" : "\"prompt\": \"x\""),
        ["steps that fall back on one"] = count =>
            Steps(count, step => step == 0 ? "\"prompt\": \"x\"" : "\"prompt\": \"x\", \"options\": { \"fallback\": { \"step\": \"s0\" } }"),
        ["cycles of two"] = count =>
            Steps(count, step => $"\"prompt\": \"x\", \"dependsOn\": [\"s{step ^ 1}\"{(step < 2 ? "" : $", \"s{step - 2}\"")}]"),
        ["one cycle"] = count => Steps(count, step => $"\"prompt\": \"x\", \"dependsOn\": [\"s{(step + 1) % count}\"]"),
        ["conditions"] = count =>
            Steps(count, step => $"\"prompt\": \"x\", \"when\": \"{string.Join(" && ", Enumerable.Repeat($"inputs.i{step} == 1", 10))}\""),
        ["kinds of failure that there are not"] = count =>
            Steps(1, _ => $"\"prompt\": \"x\", \"options\": {{ \"retry\": {{ \"on\": [{List(count * 10, name => $"\"k{name}\"")}] }} }}"),
        ["texts deep in an input"] = count => Steps(
            1,
            _ => $"\"type\": \"tool\", \"tool\": \"t\", \"input\": {{ {string.Concat(Enumerable.Repeat($"\"{new string('n', 900)}\": {{ ", 50))} " +
                $"{List(count * 10, name => $"\"t{name}\": \"{{{{x}}}}\"")} {new string('}', 50)} }}"),
        ["wrong texts in an input"] = count =>
            Steps(1, _ => $"\"type\": \"tool\", \"tool\": \"t\", \"input\": {{ {List(count * 10, name => $"\"t{name}\": \"{{{{x\"")} }}"),
        ["members below a long name"] = count => Steps(
            1, _ => "\"prompt\": \"x\"",
            $"\"inputs\": {{ \"{new string('n', count * 50)}\": {{ {List(count * 10, name => $"\"m{name}\": 1")} }} }}, "),
        ["members of a step with a long id"] = count =>
            Steps(1, _ => $"\"prompt\": \"x\", {List(count * 10, name => $"\"m{name}\": 1")}", name: _ => new string('n', count * 50)),
        ["names that stand twice"] = count =>
            $$"""{ "steps": [ { "id": "a", "prompt": "x" } ], "outputs": { {{List(count * 10, name => $"\"o{name / 2}\": \"a\"")}} } }""",
        ["a list where an object belongs, often"] = count =>
            Steps(count, _ => "\"prompt\": \"x\", \"options\": [], \"inputMapping\": [], \"repeat\": []"),
        ["anchors, YAML"] = count => "steps:\n" + string.Concat(
            Enumerable.Range(0, count).Select(step => $"  - &a{step} {{ id: s{step}, prompt: &p{step} x, options: {{ stream: true }} }}\n")),
        ["aliases of a long text, YAML"] = count => $"steps:\n  - {{ id: first, prompt: &long \"{new string('x', 50 * count)}\" }}\n"
            + string.Concat(Enumerable.Range(0, 10).Select(step => $"  - {{ id: s{step}, prompt: *long }}\n")),
        ["long names by alias, YAML"] = count => $"steps:\n  - {{ id: first, prompt: &long \"{new string('x', 100 * count)}\" }}\n"
            + string.Concat(Enumerable.Range(0, count).Select(step => $"  - {{ id: s{step}, prompt: x, *long : 1 }}\n")),
        ["a long flow list, YAML"] = count => $"steps:\n  - id: a\n    prompt: x\n    writes: [{List(count * 10, name => $"w{name}")}]\n",
        ["a long block text, YAML"] = count =>
            $"steps:\n  - id: a\n    prompt: |\n{string.Concat(Enumerable.Repeat("      some words in a line\n", count * 10))}",
    };

    private static string Steps(int count, Func<int, string> members, string before = "", Func<int, string>? name = null) =>
        $"{{ {before}\"steps\": [ {List(count, step => $"{{ \"id\": \"{(name is null ? $"s{step}" : name(step))}\", {members(step)} }}")} ] }}";

    private static string After(int step) => $"\"dependsOn\": [{(step == 0 ? "" : $"\"s{step - 1}\"")}]";

    private static string List(int count, Func<int, string> item) => string.Join(", ", Enumerable.Range(0, count).Select(item));
}
