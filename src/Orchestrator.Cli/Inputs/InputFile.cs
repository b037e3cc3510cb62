using Orchestrator.Cli.Output;
using Orchestrator.Workflows.Mocks;

namespace Orchestrator.Cli.Inputs;

/// <summary>Reads files that users name.</summary>
internal static class InputFile
{
    /// <summary>Reads a text.</summary>
    /// <param name="what">The file's role, as the start of a sentence: "The inputs file".</param>
    /// <exception cref="UsageException">The file cannot be read; the message says which and why.</exception>
    public static string Read(string path, string what) => Try(path, what, File.ReadAllText);

    /// <summary>Reads a workflow definition.</summary>
    /// <exception cref="UsageException">The file cannot be read; the message says which and why.</exception>
    public static byte[] ReadDefinition(string path) => Try(path, "The definition", File.ReadAllBytes);

    /// <summary>Reads the file of <c>--mocks</c>.</summary>
    /// <param name="path">Null for none.</param>
    /// <param name="otherwise">The simulated model of <c>--mocks-else</c>, for steps that the file does not cover; null: as the file says.</param>
    /// <returns>Null when there is no file.</returns>
    /// <exception cref="UsageException">The file cannot be read or is wrong; every mistake is named. Or <c>--mocks-else</c> is wrong.</exception>
    public static MockScript? ReadMocks(string? path, string? otherwise)
    {
        if (path is null)
        {
            return otherwise is null
                ? null
                : throw new UsageException("--mocks-else says what answers for steps that --mocks does not cover, so it needs --mocks.");
        }

        if (!MockScript.TryParse(Read(path, "The mocks file"), out var script, out var diagnostics))
        {
            throw new UsageException([.. diagnostics.Select(diagnostic => $"{path}: {DefinitionReport.Line(diagnostic)}")]);
        }

        try
        {
            return otherwise is null ? script : script.WithElse(otherwise);
        }
        catch (ModelOptionException exception)
        {
            throw new UsageException($"--mocks-else takes the simulated model. {exception.Message}");
        }
    }

    private static T Try<T>(string path, string what, Func<string, T> read)
    {
        if (path.Length == 0)
        {
            throw new UsageException($"{what} has no name.");
        }

        try
        {
            return read(path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UsageException($"{what} '{path}' does not exist.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UsageException(Directory.Exists(path)
                ? $"{what} '{path}' is a folder."
                : $"{what} '{path}' cannot be read: {exception.Message}");
        }
    }
}
