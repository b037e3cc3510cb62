using System.Text.Json.Nodes;

namespace Orchestrator.Workflows.Templates;

/// <summary>
/// Counts the work of templates against <see cref="TemplateLimits"/>: nested blocks multiply, so a short template and a small list can require
/// more than any machine has. Several templates may share one. Not thread-safe.
/// </summary>
/// <param name="cancellation">Ends a rendering soon after it fires, by an <see cref="OperationCanceledException"/>.</param>
public sealed class TemplateBudget(CancellationToken cancellation = default)
{
    /// <summary>Number of steps between checks of the token: a check costs as much as a step.</summary>
    private const int StepsPerLook = 256;

    private int _steps;
    private long _written;
    private long _read;

    /// <summary>Counts a value that is passed on as it is, not written into a text, by its size as text.</summary>
    /// <exception cref="TemplateException">All these values are too large together.</exception>
    /// <exception cref="OperationCanceledException">The budget's token fired.</exception>
    public void Hand(JsonNode? value)
    {
        cancellation.ThrowIfCancellationRequested();
        Read(PromptText.Of(value).Length, null);
    }

    /// <exception cref="TemplateException">There are too many steps.</exception>
    /// <exception cref="OperationCanceledException">The budget's token fired.</exception>
    internal void Step(TemplateTag at)
    {
        if (++_steps > TemplateLimits.MaxSteps)
        {
            throw Spent($"The template takes more than {TemplateLimits.MaxSteps:N0} steps, that is turns of {{{{#each}}}}, blocks and placeholders", at);
        }

        if (_steps % StepsPerLook == 0)
        {
            cancellation.ThrowIfCancellationRequested();
        }
    }

    internal void Write(int characters, TemplateTag? at)
    {
        if ((_written += characters) > TemplateLimits.MaxText)
        {
            throw Spent($"The text has more than {TemplateLimits.MaxText:N0} characters (10 Mi)", at);
        }
    }

    internal void Read(int characters, TemplateTag? at)
    {
        if ((_read += characters) > TemplateLimits.MaxRead)
        {
            throw Spent($"The values that are taken have more than {TemplateLimits.MaxRead:N0} characters (100 Mi) together", at);
        }
    }

    private static TemplateException Spent(FormattableString message, TemplateTag? at) => at is null
        ? new TemplateException(FormattableString.Invariant(message) + ".")
        : new TemplateException(FormattableString.Invariant(message), at.Line, at.Column);
}
