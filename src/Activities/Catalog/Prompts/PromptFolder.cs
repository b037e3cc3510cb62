using System.Text;

namespace Orchestrator.Activities.Catalog.Prompts;

/// <summary>
/// Prompts as files of one folder: <c>slug.md</c> or <c>slug.txt</c> with an optional front matter, or <c>slug.prompty</c> (see
/// <see cref="PromptFile"/>). Files are read on every request, so an edit counts at once; only the current version can be found. A folder that does
/// not exist has no prompts. Thread-safe.
/// </summary>
/// <param name="path">The folder; a relative path counts from the current directory.</param>
public sealed class PromptFolder(string path) : IPromptSource
{
    /// <summary>The largest file that is read: 1 MiB.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>The environment that uses the prompts of the folder itself.</summary>
    public const string DefaultEnvironment = "default";

    private static readonly string[] Extensions = [".md", ".txt", PromptyFile.Extension];
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string _path = Path.GetFullPath(path);

    /// <summary>
    /// The sources of the prompts of a definition, in order of precedence: the environment's subfolder of the folder <c>prompts</c> beside the
    /// definition, then that folder.
    /// </summary>
    /// <param name="definition">The path of the definition.</param>
    /// <param name="environment">The environment; one whose name is not allowed for a prompt has no subfolder.</param>
    public static IReadOnlyCollection<IPromptSource> Beside(string definition, string environment)
    {
        var folder = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(definition))!, "prompts");
        return environment != DefaultEnvironment && PromptReference.IsSlug(environment)
            ? [new PromptFolder(Path.Combine(folder, environment)), new PromptFolder(folder)]
            : [new PromptFolder(folder)];
    }

    /// <summary>The environments with a subfolder of prompts beside a definition, in ordinal order.</summary>
    /// <param name="definition">The path of the definition.</param>
    public static IReadOnlyList<string> EnvironmentsBeside(string definition)
    {
        var folder = new DirectoryInfo(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(definition))!, "prompts"));
        return folder.Exists
            ? [.. folder.EnumerateDirectories().Select(child => child.Name).Where(PromptReference.IsSlug).Order(StringComparer.Ordinal)]
            : [];
    }

    /// <summary>Reads one prompt file.</summary>
    /// <exception cref="PromptException">The file cannot be read or has mistakes; lists every mistake with its line.</exception>
    public static async Task<PromptDefinition> ReadAsync(string slug, string file, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        return PromptFile.Parse(slug, file, await ReadAsync(new FileInfo(file), cancellationToken));
    }

    /// <inheritdoc/>
    public string Place => $"the folder '{_path}'";

    /// <inheritdoc/>
    public async Task<PromptDefinition?> FindAsync(PromptReference reference, CancellationToken cancellationToken = default)
    {
        var files = Files().Where(file => Path.GetFileNameWithoutExtension(file.Name) == reference.Slug).ToList();
        if (files.Count > 1)
        {
            throw PromptException.Invalid(
                $"The prompt '{reference.Slug}' is twice in {Place}: {string.Join(", ", files.Select(file => file.Name))}. Keep one of them.");
        }

        if (files.Count == 0)
        {
            return null;
        }

        var prompt = PromptFile.Parse(reference.Slug, files[0].FullName, await ReadAsync(files[0], cancellationToken));
        return reference.Version is null || reference.Version == prompt.Version ? prompt : null;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken = default) => Task.FromResult<IReadOnlyList<string>>(
        [.. Files().Select(file => Path.GetFileNameWithoutExtension(file.Name)).Distinct().Order(StringComparer.Ordinal)]);

    private static async Task<string> ReadAsync(FileInfo file, CancellationToken cancellationToken)
    {
        try
        {
            if (file.Length > MaxBytes)
            {
                throw PromptException.Invalid(
                    $"The prompt file '{file.FullName}' has {file.Length:N0} bytes, at most {MaxBytes:N0} are read. Is it a prompt?");
            }

            return StrictUtf8.GetString(await File.ReadAllBytesAsync(file.FullName, cancellationToken));
        }
        catch (DecoderFallbackException exception)
        {
            throw PromptException.Invalid($"The prompt file '{file.FullName}' is not UTF-8 text. Save it as UTF-8.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unreadable("prompt file", file.FullName, exception);
        }
    }

    private static PromptException Unreadable(string what, string path, Exception exception) => PromptException.NotFound(
        $"The {what} '{path}' cannot be read: {exception.Message.TrimEnd('.')}. Check that it exists and that '{Environment.UserName}' may read it.",
        exception);

    // Slugs are compared with file names and never made into a path. So 'Clarify' and 'clarify' differ on every file system.
    private List<FileInfo> Files()
    {
        try
        {
            return
            [
                .. new DirectoryInfo(_path).EnumerateFiles()
                    .Where(file => Extensions.Contains(file.Extension) && PromptReference.IsSlug(Path.GetFileNameWithoutExtension(file.Name)))
                    .OrderBy(file => file.Name, StringComparer.Ordinal),
            ];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unreadable("prompts folder", _path, exception);
        }
    }
}
