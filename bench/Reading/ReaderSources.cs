using System.Text;
using Orchestrator.Activities.Catalog.Prompts;
using Orchestrator.Workflows.Formats;

namespace Orchestrator.Bench.Reading;

/// <summary>Texts for the mutations of readers' tests, and the readers.</summary>
internal static class ReaderSources
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private const string Yaml = """
        %YAML 1.2
        --- # A definition with a little of everything.
        slug: all
        inputs:
          topic: &text { type: string, required: true, maxLength: 0x1F }
          "other": { <<: *text, required: false, default: 'it''s' }
        options: { maxParallelism: 4, timeout: +5000 }
        steps:
          - id: first
            prompt: |
              {{topic}}
              {{#if other}}a{{else}}b{{/if}}
            options: &careful
              retry: { maxAttempts: 3, backoff: 1.5, on: [timeout] }
              onError: { default: fallback, contentFiltered: continue }
              fallback: { value: [1, .5, ~, { a: "\u00e9\n" }] }
          - &second
            id: second
            prompt: >-
              Folded
              text {{first}}
            dependsOn: [first]
            when: first != null && inputs.topic == "x"
            inputMapping: { x: first, y: inputs.topic }
            options: { <<: [*careful, { temperature: 0.5 }], stream: true }
          - { <<: *second, id: third, outputKey: out }
        outputs: { result: out }

        """;

    private const string Prompty = """
        ---
        name: Support
        model:
          api: chat
          configuration: { type: azure_openai, azure_deployment: gpt-4o }
          parameters: { temperature: 0.2, max_tokens: 800 }
        inputs:
          firstName: Jane
          question: { type: string, description: What is asked., default: Nothing }
        template: jinja2
        ---
        system:
        You help {{firstName}}.
        user:
        {{question}}
        """;

    /// <summary>Definitions in JSON and YAML and prompt files, in UTF-8.</summary>
    public static IReadOnlyList<byte[]> All { get; } =
    [
        .. Files("examples", "*.json"), .. Files("examples", "*.md"), .. Files("tests/Workflows.Tests/Formats/Native", "ten-mistakes.*"),
        Encoding.UTF8.GetBytes(Yaml), Encoding.UTF8.GetBytes(Prompty),
    ];

    /// <summary>Reads a text as a definition, a Markdown prompt and a prompty file.</summary>
    public static void Check(byte[] text)
    {
        WorkflowReader.Read(text);
        try
        {
            var content = Strict.GetString(text);
            Prompt("p.md", content);
            Prompt("p.prompty", content);
        }
        catch (DecoderFallbackException)
        {
            // Prompt files that are not UTF-8 are refused before they are parsed.
        }
    }

    private static void Prompt(string path, string content)
    {
        try
        {
            PromptFile.Parse("p", path, content);
        }
        catch (PromptException exception) when (exception.Diagnostics.Count > 0)
        {
            // Diagnostics are the expected result.
        }
    }

    private static IEnumerable<byte[]> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Root(), folder), pattern, SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(File.ReadAllBytes);

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Orchestrator.sln")))
        {
            folder = Path.GetDirectoryName(folder)
                ?? throw new InvalidOperationException($"'{AppContext.BaseDirectory}' is not within the repository.");
        }

        return folder;
    }
}
