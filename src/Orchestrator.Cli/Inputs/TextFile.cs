namespace Orchestrator.Cli.Inputs;

/// <summary>Reads files that users name.</summary>
internal static class TextFile
{
    /// <exception cref="UsageException">It cannot be read; the message says which and why.</exception>
    public static string Read(string path, string what) => Try(path, what, File.ReadAllText);

    /// <exception cref="UsageException">It cannot be read; the message says which and why.</exception>
    public static byte[] ReadBytes(string path, string what) => Try(path, what, File.ReadAllBytes);

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
            throw new UsageException(Directory.Exists(path) ? $"{what} '{path}' is a folder." : $"{what} '{path}' cannot be read: {exception.Message}");
        }
    }
}
