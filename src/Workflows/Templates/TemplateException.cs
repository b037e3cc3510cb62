namespace Orchestrator.Workflows.Templates;

/// <summary>
/// A template is invalid, names a value that does not exist, or exceeds a limit. The message is one sentence, with line and column if known.
/// </summary>
public sealed class TemplateException : Exception
{
    /// <summary>Creates an exception with .NET's default message and no place.</summary>
    public TemplateException()
    {
    }

    /// <summary>Creates an exception without a place.</summary>
    /// <param name="message">What is wrong, as a sentence.</param>
    public TemplateException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception without a place.</summary>
    /// <param name="message">What is wrong, as a sentence.</param>
    /// <param name="innerException">The cause.</param>
    public TemplateException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates an exception with a place, which is added to the message.</summary>
    /// <param name="message">What is wrong, without the place and without a full stop.</param>
    /// <param name="line">Line, from 1.</param>
    /// <param name="column">Column in characters, from 1.</param>
    public TemplateException(string message, int line, int column)
        : base($"{message} (line {line}, column {column}).")
    {
        Line = line;
        Column = column;
    }

    /// <summary>Line of the placeholder, from 1; null when no single placeholder is the cause.</summary>
    public int? Line { get; }

    /// <summary>Column of the placeholder in characters, from 1; null when no single placeholder is the cause.</summary>
    public int? Column { get; }
}
