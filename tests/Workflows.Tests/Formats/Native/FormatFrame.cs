namespace Orchestrator.Workflows.Tests.Formats.Native;

/// <summary>A valid document around one member, in both formats; the member itself is written as JSON, which YAML takes as it is.</summary>
public sealed record FormatFrame(string Json, string Yaml)
{
    private const string Place = "§";

    /// <summary>The member stands in the workflow.</summary>
    public static FormatFrame Workflow { get; } = new(
        """
        {
          §,
          "steps": [ { "id": "a", "prompt": "x" } ]
        }
        """,
        """
        §
        steps: [ { id: a, prompt: x } ]
        """);

    /// <summary>The member stands in the workflow's options.</summary>
    public static FormatFrame Options { get; } = new(
        """
        {
          "options": { § },
          "steps": [ { "id": "a", "prompt": "x" } ]
        }
        """,
        """
        steps: [ { id: a, prompt: x } ]
        options: { § }
        """);

    /// <summary>The members stand in the second step, a, of which the id is there already.</summary>
    public static FormatFrame Step { get; } = new(
        """
        {
          "inputs": { "answer": {} },
          "steps": [
            { "id": "b", "prompt": "x" },
            { "id": "a", § }
          ]
        }
        """,
        """
        inputs: { answer: {} }
        steps:
          - id: b
            prompt: x
          - { id: a, § }
        """);

    /// <summary>The members stand in the options of the second step, a prompt.</summary>
    public static FormatFrame StepOptions { get; } = new(
        """
        {
          "steps": [
            { "id": "b", "prompt": "x" },
            { "id": "a", "prompt": "x", "options": { § } }
          ]
        }
        """,
        """
        steps:
          - id: b
            prompt: x
          - id: a
            prompt: x
            options: { § }
        """);

    /// <summary>Nothing but the members.</summary>
    public static FormatFrame Alone { get; } = new("{\n  §\n}", "# alone\n§\n");

    public string Around(string member, bool yaml) => (yaml ? Yaml : Json).Replace(Place, member, StringComparison.Ordinal);
}
