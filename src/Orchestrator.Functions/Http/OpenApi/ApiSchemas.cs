namespace Orchestrator.Functions.Http.OpenApi;

/// <summary>The schemas of bodies that no type describes: they are read member by member, so that each mistake has its place.</summary>
internal static class ApiSchemas
{
    /// <summary>The start of a stored definition.</summary>
    public const string StartStored = """
        {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "inputs": { "type": "object", "description": "The run's inputs by name." },
            "runId": {
              "type": "string",
              "pattern": "^(?!(?:[cC][oO][nN]|[pP][rR][nN]|[aA][uU][xX]|[nN][uU][lL]|[cC][oO][mM][0-9]|[lL][pP][tT][0-9])$)[A-Za-z0-9_-]{1,64}$",
              "description": "The id to use; without it a new one."
            },
            "tags": { "type": "object", "additionalProperties": { "type": "string", "maxLength": 256 } },
            "options": {
              "type": "object",
              "additionalProperties": false,
              "description": "Instead of what the definition says.",
              "properties": {
                "model": { "type": "string" },
                "maxParallelism": { "type": "integer", "minimum": 1, "maximum": 10000 },
                "budget": {
                  "type": "object",
                  "additionalProperties": false,
                  "properties": { "usd": { "type": "number", "exclusiveMinimum": 0 }, "tokens": { "type": "integer", "minimum": 1 } }
                },
                "maxDuration": { "type": "integer", "minimum": 1, "description": "Milliseconds for the whole run." },
                "onStepFailure": { "enum": [ "stop", "cancel", "continue" ] },
                "stream": { "type": "boolean" },
                "environment": { "type": "string" },
                "mocks": { "type": "object", "description": "Scripted answers, where the host allows them." }
              }
            }
          }
        }
        """;

    /// <summary>The start of a definition in the body.</summary>
    public static string Start { get; } = StartStored
        .Replace(
            "\"inputs\":",
            "\"definition\": { \"type\": [ \"object\", \"string\" ], \"description\": \"The workflow, or a text of it in JSON or YAML.\" },\n"
            + "    \"inputs\":",
            StringComparison.Ordinal)
        .Replace(
            "\"additionalProperties\": false,\n  \"properties\"",
            "\"additionalProperties\": false,\n  \"required\": [ \"definition\" ],\n  \"properties\"",
            StringComparison.Ordinal);

    /// <summary>A resume.</summary>
    public static string Resume { get; } = """
        {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "from": { "type": "string", "description": "The step to go on from, whatever became of it; all after it are executed again, too." },
            "inputs": { "type": "object", "description": "Inputs in place of those of the same name." },
            "definition": { "type": [ "object", "string" ], "description": "Another workflow, or a text of it in JSON or YAML." },
            "outputs": { "type": "object", "description": "Outputs given by hand, by step id." },
            "fork": { "type": "boolean", "description": "Start a new run where this one stands." },
            "reason": { "type": "string", "maxLength": 1000 },
        """ + StartStored[StartStored.IndexOf("    \"options\"", StringComparison.Ordinal)..];
}
