using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>
/// The hold on an instance that a client started, and on all that it started: they run in one process. It ends with the last of them. Thread safe.
/// </summary>
/// <param name="rootId">The instance that was started by a client, whose lock it is.</param>
internal sealed class InstanceTreeHold(string rootId, IInstanceHold hold)
{
    private readonly Lock _gate = new();
    private int _members = 1;
    private HoldRelease _rootRelease;

    public string RootId { get; } = rootId;

    /// <returns>False when the last member has released it: the lock is free.</returns>
    public bool TryShare()
    {
        lock (_gate)
        {
            if (_members == 0)
            {
                return false;
            }

            _members++;
            return true;
        }
    }

    /// <param name="member">The id of the instance that releases it.</param>
    /// <param name="how">What becomes of that instance. Only the root's last word counts: it may have begun again.</param>
    public void Release(string member, HoldRelease how)
    {
        lock (_gate)
        {
            if (member == RootId)
            {
                _rootRelease = how;
            }

            if (--_members > 0)
            {
                return;
            }

            switch (_rootRelease)
            {
                case HoldRelease.Unfinished:
                    hold.Leave();
                    break;
                case HoldRelease.Deleted:
                    hold.DisposeAndDelete();
                    break;
                default:
                    hold.Dispose();
                    break;
            }
        }
    }
}

/// <summary>The state in which an instance is released.</summary>
internal enum HoldRelease
{
    /// <summary>It has ended, is refused, or was never there.</summary>
    Ended,

    /// <summary>It is to go on, here or in another process, and could not be read.</summary>
    Unfinished,

    /// <summary>Its histories were deleted.</summary>
    Deleted,
}
