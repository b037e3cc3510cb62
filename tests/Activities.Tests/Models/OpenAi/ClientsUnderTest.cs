namespace Orchestrator.Activities.Tests.Models.OpenAi;

/// <summary>The clients of the SDK that a provider makes; each suite runs over both.</summary>
public enum OpenAiClientKind
{
    /// <summary><c>OpenAIClient</c>: OpenAI, compatible servers, and Azure's v1 endpoint.</summary>
    Plain,

    /// <summary><c>AzureOpenAIClient</c>: Azure OpenAI with a version.</summary>
    Azure,
}

public sealed class PlainChatClientTests() : OpenAiChatClientTests(OpenAiClientKind.Plain);

public sealed class AzureChatClientTests() : OpenAiChatClientTests(OpenAiClientKind.Azure);

public sealed class PlainCompleteAnswerTests() : CompleteAnswerTests(OpenAiClientKind.Plain);

public sealed class AzureCompleteAnswerTests() : CompleteAnswerTests(OpenAiClientKind.Azure);

public sealed class PlainFailureTests() : OpenAiFailureTests(OpenAiClientKind.Plain);

public sealed class AzureFailureTests() : OpenAiFailureTests(OpenAiClientKind.Azure);

public sealed class PlainStreamFailureTests() : OpenAiStreamFailureTests(OpenAiClientKind.Plain);

public sealed class AzureStreamFailureTests() : OpenAiStreamFailureTests(OpenAiClientKind.Azure);

public sealed class PlainCancellationTests() : OpenAiCancellationTests(OpenAiClientKind.Plain);

public sealed class AzureCancellationTests() : OpenAiCancellationTests(OpenAiClientKind.Azure);

public sealed class PlainEndlessAnswerTests() : EndlessAnswerTests(OpenAiClientKind.Plain);

public sealed class AzureEndlessAnswerTests() : EndlessAnswerTests(OpenAiClientKind.Azure);
