namespace Orchestrator.Workflows.Tests.Formats.Native;

/// <summary>A valid document around one member, as JSON and as YAML; the member itself is JSON in both.</summary>
public sealed record FormatFrame(string Json, string Yaml)
{
    private const string Place = "§";

    /// <summary>The member is in the workflow.</summary>
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

    /// <summary>The member is in the workflow's options.</summary>
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

    /// <summary>The members are in the second step, whose id, a, is given.</summary>
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

    /// <summary>The members are in the options of the second step, a prompt.</summary>
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
