using System.Text.Json.Nodes;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Templates;

/// <summary>
/// Enforces <see cref="TemplateLimits"/> for one or several templates. Nested blocks multiply, so that even a short template and a small list can
/// require more time and memory than a machine has. Not thread-safe.
/// </summary>
/// <param name="cancellationToken">Ends a rendering with an <see cref="OperationCanceledException"/>.</param>
public sealed class TemplateBudget(CancellationToken cancellationToken = default)
{
    /// <summary>Number of steps between two checks of the token, because a check takes as long as a step.</summary>
    private const int StepsPerCheck = 256;

    private int _steps;
    private long _written;
    private long _read;

    /// <summary>Counts the size of a value that replaces a whole template, as text.</summary>
    /// <exception cref="TemplateException">All counted values together exceed <see cref="TemplateLimits.MaxRead"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public void CountValue(JsonNode? value)
    {
        cancellationToken.ThrowIfCancellationRequested();
        CountRead(WorkflowJson.Text(value).Length, null);
    }

    /// <exception cref="TemplateException">There are more steps than <see cref="TemplateLimits.MaxSteps"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    internal void CountStep(TemplateTag at)
    {
        if (++_steps > TemplateLimits.MaxSteps)
        {
            throw Exceeded(
                $"The template takes more than {TemplateLimits.MaxSteps:N0} steps (iterations of {{{{#each}}}}, blocks and placeholders)", at);
        }

        if (_steps % StepsPerCheck == 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    internal void CountWritten(int characters, TemplateTag? at)
    {
        if ((_written += characters) > TemplateLimits.MaxText)
        {
            throw Exceeded($"The text has more than {TemplateLimits.MaxText:N0} characters (10 Mi)", at);
        }
    }

    internal void CountRead(int characters, TemplateTag? at)
    {
        if ((_read += characters) > TemplateLimits.MaxRead)
        {
            throw Exceeded($"The values that are read have more than {TemplateLimits.MaxRead:N0} characters (100 Mi) together", at);
        }
    }

    private static TemplateException Exceeded(FormattableString message, TemplateTag? at) => at is null
        ? new TemplateException(FormattableString.Invariant(message) + ".")
        : new TemplateException(FormattableString.Invariant(message), at.Line, at.Column);
}

/// <summary>Limits of all templates that share a <see cref="TemplateBudget"/>, such as those of one attempt of a step.</summary>
public static class TemplateLimits
{
    /// <summary>Number of iterations of <c>{{#each}}</c>, blocks and placeholders that are evaluated.</summary>
    public const int MaxSteps = 1_000_000;

    /// <summary>Number of characters of the rendered texts: 10 Mi.</summary>
    public const int MaxText = 10 * 1024 * 1024;

    /// <summary>Number of characters of the values that replace whole templates or are searched: 100 Mi.</summary>
    public const int MaxRead = 100 * 1024 * 1024;
}
